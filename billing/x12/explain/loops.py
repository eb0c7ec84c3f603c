"""In which loop of the guide a segment stands. Follows well-formed claims; whether one is, is asked of inspect_837."""

from collections.abc import Sequence

_LEVELS = {"20": "2000A", "22": "2000B", "23": "2000C"}

_NAMED = {
    "": {"41": "1000A", "40": "1000B"},
    "2000A": {"85": "2010AA", "87": "2010AB"},
    "2000B": {"IL": "2010BA", "PR": "2010BB"},
    "2000C": {"QC": "2010CA"},
    "2320": {"IL": "2330A", "PR": "2330B"},
}
_OF_CLAIM = {
    "005010X222A1": {"DN": "2310A", "P3": "2310A", "82": "2310B", "77": "2310C", "DQ": "2310D"},
    "005010X223A2": {"71": "2310A", "82": "2310D", "77": "2310E", "DN": "2310F"},
}
_OF_LINE = {"82": "2420A", "77": "2420C", "DQ": "2420D", "DK": "2420E", "DN": "2420F"}
PROFESSIONAL = "005010X222A1"


class Loops:
    """Follows the segments of one claim and what stands above it."""

    def __init__(self) -> None:
        self._version = PROFESSIONAL
        self._within = ""
        """The loop that holds the one at hand: 2000A, 2300, 2320, 2400."""
        self._loop = ""
        self._number = 0
        self._others = 0
        self._lines = 0

    def step(self, elements: Sequence[str]) -> tuple[str, int]:
        """Return loop and number of the next segment; the number counts other payers and lines, from 1."""
        name, first = elements[0], elements[1] if len(elements) > 1 else ""
        if name == "ST" and len(elements) > 3:  # noqa: PLR2004 (ST03, the version)
            self._version = elements[3]
        elif name == "HL":
            self._enter(_LEVELS.get(elements[3] if len(elements) > 3 else "", ""))  # noqa: PLR2004 (HL03, the level)
        elif name == "CLM":
            self._enter("2300")
        elif name == "LX":
            self._lines += 1
            self._enter("2400", self._lines)
        elif name == "SBR" and self._within in ("2300", "2320"):
            self._others += 1
            self._enter("2320", self._others)
        elif name == "SVD":
            self._loop = "2430"
        elif name == "NM1":
            self._loop = self._named(first)
        return self._loop, self._number

    def _enter(self, loop: str, number: int = 0) -> None:
        self._within = self._loop = loop
        self._number = number

    def _named(self, role: str) -> str:
        if self._within == "2300":
            known = _OF_CLAIM.get(self._version, _OF_CLAIM[PROFESSIONAL])
        else:
            known = _OF_LINE if self._within == "2400" else _NAMED.get(self._within, {})
        return known.get(role, self._within)
