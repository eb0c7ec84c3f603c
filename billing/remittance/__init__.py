"""What payers paid: a remittance is stored as it was read, matched with our claims and lines, and posted or held.

The door for whoever reads receipts is ``post``: once for each 835 transaction, inside his transaction. How the file is
fetched, stored and read is billing/receipts and billing/x12; where a claim stands after it is billing/events.
"""

from billing.remittance.posting import Posted, post

__all__ = ["Posted", "post"]
