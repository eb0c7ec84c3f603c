"""The biller's lists as rows of plain cells, for files: one function a list, a generator each, its first row the heads.

Rows are read in stretches, so that a list of any length needs little memory. How a list is narrowed, its page says;
how a file is written, views/csv_answer.py. A cell is what the row holds, never what a page makes of it.
"""

from billing.lists.answers import file_rows, receipt_rows, remittance_rows, unmatched_rows
from billing.lists.cells import Cell, Rows
from billing.lists.charges import authorization_rows, line_rows, loose_rows
from billing.lists.claims import claim_rows, correction_rows, denial_rows, next_payer_rows

__all__ = [
    "Cell",
    "Rows",
    "authorization_rows",
    "claim_rows",
    "correction_rows",
    "denial_rows",
    "file_rows",
    "line_rows",
    "loose_rows",
    "next_payer_rows",
    "receipt_rows",
    "remittance_rows",
    "unmatched_rows",
]
