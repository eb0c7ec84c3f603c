"""What the acknowledgments of one receipt say, gathered while it is read and posted when all of it is read.

Nothing is written before the last segment: answers wait in a file without a name, so that memory stays flat, and go
into the database in a fixed number of statements.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from types import TracebackType
from typing import NamedTuple, Self

from billing.acknowledgment.files import Files, Reply
from billing.models import Receipt
from billing.models.row_spool import RowSpool
from billing.x12.reading import Deviation, Note, Transaction

ANSWER_COLUMNS = (
    "position", "control_number", "file_id", "level", "outcome", "codes", "message", "place", "payer_claim_number",
    "said_on", "entry_id", "is_general", "charge", "is_for_us",
)  # fmt: skip
NUMBER_LENGTH = 50


class Answer(NamedTuple):
    """What is said of one claim, by our number of it. ``file_id`` is the batch that it is said in, where known."""

    position: int
    control_number: str
    file_id: int | None
    level: str
    outcome: str
    codes: Sequence[str] = ()
    message: str = ""
    place: str = ""
    payer_claim_number: str = ""
    said_on: date | None = None
    entry_id: int | None = None
    """Of a line: the ledger entry, by our number of the line."""
    is_general: bool = False
    """Said of all that stood together: what is said of the claim itself counts before it."""
    charge: Decimal | None = None
    """What the claim charges, as who answers gives it back."""
    is_for_us: bool = True
    """Whether the interchange names us as its receiver."""


class WholeFile(NamedTuple):
    """What is said of every claim of a file of which nothing else is said."""

    file_id: int
    position: int
    level: str
    codes: Sequence[str]
    message: str
    said_on: date | None


class Answers:
    """Gathers the answers of one receipt. Use it as a context: its file goes with it."""

    def __init__(self, *, receipt: Receipt, note: Note) -> None:
        self.receipt = receipt
        self.note = note
        self.files = Files(receipt)
        self.replies: list[Reply] = []
        self.whole_files: list[WholeFile] = []
        self.rows = RowSpool()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rows.__exit__(kind, error, trace)

    def add(self, answer: Answer) -> None:
        """Take what is said of one claim or one line."""
        self.rows.add(
            answer.position, answer.control_number.strip().upper(), answer.file_id, answer.level, answer.outcome,
            [code[:12] for code in answer.codes], answer.message, answer.place,
            answer.payer_claim_number.strip()[:NUMBER_LENGTH], answer.said_on, answer.entry_id,
            answer.is_general, None if answer.charge is None else str(answer.charge), "t" if answer.is_for_us else "f",
        )  # fmt: skip

    def warn(
        self, code: str, transaction: Transaction, *, position: int, segment: str, found: str, expected: str = ""
    ) -> None:
        """Keep what found nothing of ours, or does not fit with it."""
        self.note(
            Deviation(
                code, position, transaction.offset, transaction.control_number, segment, 0, found, expected
            )
        )  # fmt: skip
