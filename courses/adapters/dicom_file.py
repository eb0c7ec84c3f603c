"""A DICOM file, read so that nothing in it can hurt: bounded, whole, and every fault one refusal.

What the file means is for dicom_plan.py and dicom_record.py; here it only becomes a dataset, or is refused or
passed by with a reason. Values are read through the small readers below, which answer in plain Python and never
in pydicom's own types. Patients' names and numbers never stand in a message.
"""

import logging
import math
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, ParamSpec, TypeVar

import pydicom
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

LARGEST_BYTES = 32 * 1024 * 1024  # the largest real plans have some 10 MB
LONGEST_TEXT = 64  # of a LO, the longest kind that we keep
LONGEST_UID = 64
UNDEFINED_LENGTH = 0xFFFFFFFF
DEEPEST = 12  # real plans nest five sequences

CUT = "The file is cut. Copy or export it again."

PLAN = "RTPLAN"
RECORD = "RTRECORD"

_MODALITY = 0x00080060
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_TREATMENT_YEARS = range(1990, 2100)
_BIRTH_YEARS = range(1890, 2100)
# Offsets of the world's clocks run from -12:00 to +14:00.
_ZONE = re.compile(r"[+-](0\d|1[0-4])[0-5]\d")

P = ParamSpec("P")
T = TypeVar("T")

# pydicom speaks about odd values as it finds them, and quotes them: they may be a patient's.
logging.getLogger("pydicom").setLevel(logging.CRITICAL)


class DicomRefused(Exception):
    """The file is not taken; the message says why and what to do."""


class DicomPassedBy(DicomRefused):
    """The file is sound but none of our business: an image, a dose, structures."""


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """Whom a file says it is about. Only ``mrn`` and ``birth_date`` are compared; the rest serves a registration."""

    mrn: str
    birth_date: date | None
    sex: str
    last_name: str
    first_name: str


def read_dicom(source: Path | bytes) -> Dataset:
    """Return the dataset of a plan or a treatment record.

    The preamble may be missing. Nothing is taken from a file that is cut, deflated or larger than 32 MB.

    Raises:
        DicomPassedBy: a sound DICOM file that is neither a plan nor a record.
        DicomRefused: anything else.
    """
    kind = _modality(source)
    if kind not in {PLAN, RECORD}:
        raise DicomPassedBy(f"Modality {kind}: neither an RT Plan nor a treatment record.")
    data = _bounded_bytes(source)
    dataset = _parsed(data)
    _refuse_cut(dataset, data)
    return dataset


def kind_of(dataset: Dataset) -> str:
    """Return the Modality: what the file is. SOP classes will not do, vendors write their own."""
    return text(dataset, "Modality")


def read_safely(read: Callable[P, T]) -> Callable[P, T]:
    """Make every exception of a reader the refusal of its file: no damage may end an import in a traceback."""

    def safe(*args: P.args, **kwargs: P.kwargs) -> T:
        with _guard():
            return read(*args, **kwargs)

    safe.__doc__, safe.__name__ = read.__doc__, read.__name__
    return safe


@contextmanager
def _guard() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except DicomRefused:
        raise
    except Exception as error:  # pydicom raises some twenty kinds for a damaged file, by the place of the damage
        raise DicomRefused(
            f"Damaged DICOM file ({type(error).__name__} while reading). Export it again from its source."
        ) from None


@read_safely
def _modality(source: Path | bytes) -> str:
    """Read as far as the Modality only: an image of any size is told apart without reading it."""
    with _stream(source) as stream:
        start = pydicom.filereader.read_partial(stream, stop_when=_after_modality, force=True)
    modality = code(start, "Modality")
    if start.file_meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
        # A few kilobytes may inflate to gigabytes.
        raise DicomRefused("Deflated DICOM is not taken. Export it without compression.")
    if not modality:
        raise DicomRefused("Not a DICOM file, or one without a Modality.")
    return modality


def _after_modality(tag: int, vr: str | None, length: int) -> bool:
    if length > LARGEST_BYTES and length != UNDEFINED_LENGTH:
        raise DicomRefused("Not a DICOM file, or a damaged one.")
    return tag > _MODALITY


def _stream(source: Path | bytes) -> BinaryIO:
    if isinstance(source, bytes):
        return BytesIO(source)
    try:
        return source.open("rb")
    except OSError as error:
        raise DicomRefused(f"The file cannot be opened: {error.strerror}.") from None


def _bounded_bytes(source: Path | bytes) -> bytes:
    with _stream(source) as stream:
        data = stream.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        raise DicomRefused(f"Larger than {LARGEST_BYTES // 1024 // 1024} MB: no plan or record is.")
    return data


@read_safely
def _parsed(data: bytes) -> Dataset:
    return pydicom.dcmread(BytesIO(data), force=True)


@read_safely
def _refuse_cut(dataset: Dataset, data: bytes) -> None:
    """Refuse a file that ends early: pydicom reads what is there and says nothing of the rest."""
    _refuse_short_values(dataset, depth=0)
    ends = [one.value_tell + one.length for one in _raw(dataset)]
    parsed = [one.file_tell or 0 for one in dataset.elements() if isinstance(one, DataElement)]
    # Where a sequence of undefined length comes last, its delimiter was read: such a file is whole.
    if ends and max(ends) > max(parsed, default=0) and data[max(ends) :].strip(b"\0"):
        raise DicomRefused(CUT)


def _raw(dataset: Dataset) -> Iterator[RawDataElement]:
    for element in dataset.elements():
        if isinstance(element, RawDataElement) and element.length != UNDEFINED_LENGTH:
            yield element


def _refuse_short_values(dataset: Dataset, depth: int) -> None:
    if depth > DEEPEST:
        raise DicomRefused(f"Sequences nested deeper than {DEEPEST}: no plan or record is built so.")
    for element in _raw(dataset):
        if len(element.value or b"") < element.length:
            raise DicomRefused(CUT)
    for tag in [one.tag for one in dataset.elements() if _vr(one) == "SQ"]:
        for item in dataset[tag].value:
            _refuse_short_values(item, depth + 1)


def _vr(element: DataElement | RawDataElement) -> str:
    if element.VR:
        return element.VR
    return dictionary_VR(element.tag) if dictionary_has_tag(element.tag) else "UN"


# --- values ---------------------------------------------------------------------------------------------------------


def text(dataset: Dataset, keyword: str) -> str:
    """Return a text value, its first if there are several, without control characters; '' where there is none."""
    value = dataset.get(keyword)
    if value is None:
        return ""
    if isinstance(value, (list, pydicom.multival.MultiValue)):
        value = value[0] if value else ""
    return clean(str(value))


def texts(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """Return all values of a text element that are not empty."""
    value = dataset.get(keyword)
    many = value if isinstance(value, (list, pydicom.multival.MultiValue)) else [value]
    return tuple(cleaned for one in many if one is not None and (cleaned := clean(str(one))))


def clean(value: str) -> str:
    """Return the printable part of a text, one line, at most 64 characters.

    >>> clean(" Left\\tbreast\\x00 ")
    'Leftbreast'
    """
    return "".join(character for character in value if character.isprintable()).strip()[:LONGEST_TEXT]


def code(dataset: Dataset, keyword: str) -> str:
    """Return a coded text (CS) in capitals."""
    return text(dataset, keyword).upper()


def number(dataset: Dataset, keyword: str) -> float | None:
    """Return a finite number, or ``None`` where there is none."""
    value = dataset.get(keyword)
    if value is None or value == "":
        return None
    answer = float(value)
    if not math.isfinite(answer):
        raise DicomRefused(f"{keyword} is not a number. Export the file again.")
    return answer


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """Return all numbers of an element."""
    value = dataset.get(keyword)
    if value is None or value == "":
        return ()
    many = value if isinstance(value, (list, pydicom.multival.MultiValue)) else [value]
    answer = tuple(float(one) for one in many)
    if not all(map(math.isfinite, answer)):
        raise DicomRefused(f"{keyword} holds what is no number. Export the file again.")
    return answer


def whole(dataset: Dataset, keyword: str, *, most: int = 32_767) -> int | None:
    """Return a whole number from 0 to ``most``, or ``None`` where there is none."""
    value = number(dataset, keyword)
    if value is None:
        return None
    if value != int(value) or not 0 <= value <= most:
        raise DicomRefused(f"{keyword} is {value:g}; wanted is a whole number from 0 to {most}.")
    return int(value)


def items(dataset: Dataset, keyword: str) -> tuple[Dataset, ...]:
    """Return the items of a sequence."""
    value = dataset.get(keyword)
    if value is None:
        return ()
    if not isinstance(value, pydicom.sequence.Sequence):
        raise DicomRefused(f"{keyword} is no sequence: the file is damaged. Export it again.")
    return tuple(value)


def uid(dataset: Dataset, keyword: str) -> str:
    """Return a UID that must be there and well formed."""
    value = str(dataset.get(keyword) or "").strip("\0 ")
    if len(value) > LONGEST_UID or not _UID.fullmatch(value):
        raise DicomRefused(f"{keyword} is missing or not a UID. Export the file again.")
    return value


def day(dataset: Dataset, keyword: str) -> date | None:
    """Return a date (DA), or ``None`` where there is none or one before 1990 or after 2099: a placeholder."""
    value = text(dataset, keyword).replace(".", "")
    if not value:
        return None
    read = datetime.strptime(value[:8], "%Y%m%d").date()  # noqa: DTZ007  # a DA has no zone
    return read if read.year in _TREATMENT_YEARS else None


def clock(dataset: Dataset, keyword: str) -> time | None:
    """Return a time (TM: HHMMSS.FFFFFF, the end may be missing), or ``None`` where there is none."""
    value = text(dataset, keyword).replace(":", "")
    if not value:
        return None
    digits = value.partition(".")[0]
    return datetime.strptime(f"{digits:0<6}", "%H%M%S").time()  # noqa: DTZ007  # the zone is the department's


def zone_offset(dataset: Dataset) -> str:
    """Return the file's own offset from UTC as '-0500', or '' where it has none."""
    value = text(dataset, "TimezoneOffsetFromUTC")
    return value if _ZONE.fullmatch(value) else ""


def patient_identity(dataset: Dataset) -> PatientIdentity:
    """Return whom the file is about."""
    mrn = text(dataset, "PatientID")
    if not mrn:
        raise DicomRefused("The file names no patient (PatientID is empty). Export it with the patient's MRN.")
    born = text(dataset, "PatientBirthDate")
    family, _, given = text(dataset, "PatientName").partition("^")
    return PatientIdentity(
        mrn=mrn,
        birth_date=_birth_date(born),
        sex=text(dataset, "PatientSex")[:1].upper(),
        last_name=family.strip(),
        first_name=given.partition("^")[0].strip(),
    )


def _birth_date(value: str) -> date | None:
    """Return the day, or none: a birth date that is no date is not worth refusing a plan for."""
    try:
        born = datetime.strptime(value, "%Y%m%d").date()  # noqa: DTZ007  # a DA has no zone
    except ValueError:
        return None
    return born if born.year in _BIRTH_YEARS else None
