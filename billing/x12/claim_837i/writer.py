"""Writes interchanges of institutional claims, one claim at a time: memory does not grow with their number."""

from collections.abc import Callable, Iterable

from billing.x12.claim_837i import loops
from billing.x12.claim_837i.values import Claim837I, Line837I
from billing.x12.envelope import Envelope
from billing.x12.interchange import REMEMBERED_BLOCKS, ClaimPlace, InterchangeWriter, Written
from billing.x12.other_payers import loop_2430

VERSION = "005010X223A2"


def write_interchange(
    envelope: Envelope,
    claims: Iterable[Claim837I],
    write: Callable[[str], object],
    *,
    placed: Callable[[Claim837I, ClaimPlace], object] | None = None,
) -> Written:
    """Write one interchange of institutional claims, in the order given.

    Consecutive claims of one billing provider share its 2000A, of one subscriber and payer their 2000B: sort them so.
    The same envelope and claims give the same text. Professional claims never stand in the same group: they are
    another interchange, with control numbers of its own.

    Args:
        envelope: control numbers, moment and partner settings.
        claims: checked by check_837i; taken one at a time.
        write: takes ASCII text, in pieces of some 500 kB.
        placed: told of each claim, in order, where it stands.

    Raises:
        X12Fault: no claim at all, or an identifier with a character that X12 cannot carry. What was written until then
            is no file and must be thrown away.
    """
    return _Writer(envelope, write).write_all(claims, placed)


class _Writer(InterchangeWriter[Claim837I]):
    """One interchange of institutional claims in the making."""

    version = VERSION
    free_text = loops.FREE_TEXT
    says_why_medicare_is_second = False

    def __init__(self, envelope: Envelope, write: Callable[[str], object]) -> None:
        super().__init__(envelope, write)
        self._modifiers: dict[tuple[str, ...], str] = {}

    def _claim_text(self, claim: Claim837I) -> str:
        head, lines = loops.usual_claim(claim), loops.usual_lines(claim.lines, self._modifiers)
        if head is not None and lines is not None and self._is_bare(head[1] + lines[1]):
            middle = self._blocks.of(loops.diagnoses_and_attending, (claim.diagnoses, claim.attending))
            return head[0] + middle + lines[0]
        pieces = [loops.loop_2300(claim, self._cleaner), self._codes(claim), *self._providers(claim)]
        pieces += [loops.other_payer(other, self._cleaner) for other in claim.other_payers]
        if lines is not None and self._is_bare(lines[1]):
            return "".join([*pieces, lines[0]])
        pieces += [self._line(number, line) for number, line in enumerate(claim.lines, 1)]
        return "".join(pieces)

    def _is_bare(self, joined: str) -> bool:
        """Tell whether fields, put together, may be written as they are: a blank might be an outer one of its field."""
        return " " not in joined and self._cleaner.is_safe(joined)

    def _codes(self, claim: Claim837I) -> str:
        """Return all HI."""
        text = self._blocks.of(loops.diagnoses, (claim.diagnoses, claim.visit_reasons))
        if claim.condition_codes or claim.value_codes or claim.occurrences or claim.occurrence_spans:
            text += loops.claim_codes(claim, self._cleaner)
        return text

    def _providers(self, claim: Claim837I) -> list[str]:
        """Return 2310: who is the attending provider already is not named again."""
        blocks = self._blocks.of
        attending_npi = claim.attending.npi if claim.attending is not None else ""
        texts = []
        if claim.attending is not None:
            texts.append(blocks(loops.loop_2310a, claim.attending))
        if claim.rendering is not None and claim.rendering.npi != attending_npi:
            texts.append(blocks(loops.loop_2310d, claim.rendering))
        if claim.facility is not None and claim.facility.address != claim.billing.address:
            texts.append(blocks(loops.loop_2310e, claim.facility))
        if claim.referring is not None and claim.referring.npi != attending_npi:
            texts.append(blocks(loops.loop_2310f, claim.referring))
        return texts

    def _line(self, number: int, line: Line837I) -> str:
        modifiers = loops.modifiers(line.modifiers, self._cleaner)
        if len(self._modifiers) >= REMEMBERED_BLOCKS:
            self._modifiers.clear()
        self._modifiers[line.modifiers] = modifiers
        decisions = [loop_2430(adjudication, self._cleaner) for adjudication in line.adjudications]
        return "".join((loops.loop_2400(number, line, modifiers, self._cleaner), *decisions))
