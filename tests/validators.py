"""Two validators that others wrote, asked about a file of ours: pyx12 (structure, codes), x12sdk (models, balances).

pyx12's command always ends with status 1 and writes beside its input, so it is called in the process, on a copy.
"""

import io
from pathlib import Path
from typing import Any

from pyx12.params import params
from pyx12.x12n_document import x12n_document
from x12sdk.io import X12ModelReader


def pyx12_report(text: str, folder: Path) -> tuple[bool, str]:
    """Return pyx12's verdict and its errors as JSON."""
    copy = folder / "file.edi"
    copy.write_text(text, encoding="ascii")
    errors = io.StringIO()
    return x12n_document(params(), str(copy), io.StringIO(), None, fd_json=errors) is True, errors.getvalue()


def claim_numbers_read_by_x12sdk(text: str) -> list[str]:
    """Return CLM01 of each claim that x12sdk reads; it raises ValueError at the first fault."""
    with X12ModelReader(text) as reader:
        models: list[Any] = list(reader.models())
    return [claim.patient_control_number for model in models for claim in model.claims()]
