"""Which modifiers were in force on a day, as far as a loaded file says so.

Medicare's HCPCS file lists the modifiers that begin with a letter, and when one ended; those of two digits (26, 59 ...)
stand in no file that may be loaded, so nothing is said of them. Without such a file of the day nothing is known.
"""

import re
from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError

from billing.cms.kinds import FileKind
from billing.models import HcpcsCode
from billing.reference.answers import files_in_force

_OF_THE_FILE = re.compile(r"(?!P[1-6])[A-Z][0-9A-Z]")
"""P1 to P6 are the anaesthetists' own, of another publication."""
_MODIFIER = r"^[0-9A-Z]{2}$"


def refuse_unknown_modifiers(*, modifiers: Collection[str], on: date) -> None:
    """Refuse modifiers that were not in force: two statements, none where none is of the file.

    Raises:
        ValidationError: at ``modifiers``, with every one that the file of the day does not know or says ended.
    """
    asked = [modifier for modifier in modifiers if _OF_THE_FILE.fullmatch(modifier)]
    files = [file for file in files_in_force(on) if file.kind == FileKind.HCPCS_CODES] if asked else []
    if not files:
        return
    listed = dict(HcpcsCode.objects.filter(file__in=files, code__regex=_MODIFIER).values_list("code", "ended_on"))
    faults = [fault for modifier in asked if listed and (fault := _fault(modifier, listed, on))]
    if faults:
        raise ValidationError({"modifiers": faults})


def _fault(modifier: str, listed: dict[str, date | None], on: date) -> str:
    if modifier not in listed:
        return f"{modifier} is no modifier of the HCPCS file in force on {on}. Take it off, or load a later file."
    ended = listed[modifier]
    return f"{modifier} ended on {ended}, and the line is of {on}. Take it off." if ended and ended < on else ""
