"""Writes interchanges of professional claims, one claim at a time: memory does not grow with their number."""

from collections.abc import Callable, Hashable, Iterable, Iterator

from billing.x12.characters import Cleaner
from billing.x12.claim_837p import loops
from billing.x12.claim_837p.values import Claim837P, Line837P
from billing.x12.envelope import Envelope
from billing.x12.interchange import REMEMBERED_BLOCKS, ClaimPlace, InterchangeWriter, Written
from billing.x12.other_payers import loop_2320, loop_2430
from billing.x12.party_loops import facility_loop

VERSION = "005010X222A1"


def write_interchange(
    envelope: Envelope,
    claims: Iterable[Claim837P],
    write: Callable[[str], object],
    *,
    placed: Callable[[Claim837P, ClaimPlace], object] | None = None,
) -> Written:
    """Write one interchange of professional claims, in the order given.

    Consecutive claims of one billing provider share its 2000A, of one subscriber and payer their 2000B: sort them so.
    The same envelope and claims give the same text.

    Args:
        envelope: control numbers, moment and partner settings.
        claims: checked by check_837p; taken one at a time.
        write: takes ASCII text, in pieces of some 500 kB.
        placed: told of each claim, in order, where it stands.

    Raises:
        X12Fault: no claim at all, or an identifier with a character that X12 cannot carry. What was written until then
            is no file and must be thrown away.
    """
    return _Writer(envelope, write).write_all(claims, placed)


class _Codings:
    """Pointers and modifiers of lines as text: they repeat through a file."""

    def __init__(self, cleaner: Cleaner) -> None:
        self._cleaner = cleaner
        self.texts: dict[Hashable, tuple[str, str]] = {}

    def of(self, line: Line837P) -> tuple[str, str]:
        """Return the line's modifiers and pointers as text."""
        key = loops.coding_of(line)
        coding = self.texts.get(key)
        if coding is None:
            if len(self.texts) >= REMEMBERED_BLOCKS:
                self.texts.clear()
            coding = self.texts[key] = loops.coding(line, self._cleaner)
        return coding


class _Writer(InterchangeWriter[Claim837P]):
    """One interchange of professional claims in the making."""

    version = VERSION
    free_text = loops.FREE_TEXT

    def __init__(self, envelope: Envelope, write: Callable[[str], object]) -> None:
        super().__init__(envelope, write)
        self._codings = _Codings(self._cleaner)

    def _claim_text(self, claim: Claim837P) -> str:
        head, lines = loops.usual_claim(claim), loops.usual_lines(claim.lines, self._codings.texts)
        if head is not None and lines is not None and self._is_bare(head[1] + lines[1]):
            rendering = claim.rendering
            if rendering is not None and rendering.npi == claim.billing.npi:
                rendering = None
            return head[0] + self._blocks.of(loops.diagnoses_and_rendering, (claim.diagnoses, rendering)) + lines[0]
        diagnoses = self._blocks.of(loops.diagnoses, claim.diagnoses)
        pieces = [loops.loop_2300(claim, self._cleaner), diagnoses, *self._providers(claim)]
        pieces += [loop_2320(other, self._cleaner) for other in claim.other_payers]
        if lines is not None and self._is_bare(lines[1]):
            return "".join([*pieces, lines[0]])
        pieces += [self._line(number, line, claim) for number, line in enumerate(claim.lines, 1)]
        return "".join(pieces)

    def _is_bare(self, joined: str) -> bool:
        """Tell whether fields, put together, may be written as they are: a blank might be an outer one of its field."""
        return " " not in joined and self._cleaner.is_safe(joined)

    def _providers(self, claim: Claim837P) -> Iterator[str]:
        """Return the loops of 2310, in their order."""
        blocks = self._blocks.of
        if claim.referring is not None:
            yield blocks(loops.referring_loop, claim.referring)
        if claim.primary_care is not None:
            yield blocks(loops.primary_care_loop, claim.primary_care)
        if claim.rendering is not None and claim.rendering.npi != claim.billing.npi:
            yield blocks(loops.rendering_loop, claim.rendering)
        if claim.facility is not None and claim.facility.address != claim.billing.address:
            yield blocks(facility_loop, claim.facility)
        if claim.supervising is not None:
            yield blocks(loops.supervising_loop, claim.supervising)

    def _line(self, number: int, line: Line837P, claim: Claim837P) -> str:
        modifiers, pointers = self._codings.of(line)
        return "".join(
            (
                loops.loop_2400(number, line, modifiers, pointers, self._cleaner),
                *self._line_providers(line, claim),
                *(loop_2430(adjudication, self._cleaner) for adjudication in line.adjudications),
            )
        )

    def _line_providers(self, line: Line837P, claim: Claim837P) -> Iterator[str]:
        """Return the loops of 2420, in their order, without those that say the claim's again."""
        blocks = self._blocks.of
        if line.rendering is not None and line.rendering.npi != (claim.rendering or claim.billing).npi:
            yield blocks(loops.rendering_loop, line.rendering)
        if line.facility is not None and line.facility.address != (claim.facility or claim.billing).address:
            yield blocks(facility_loop, line.facility)
        if line.supervising is not None and line.supervising != claim.supervising:
            yield blocks(loops.supervising_loop, line.supervising)
        if line.ordering is not None:
            yield blocks(loops.ordering_loop, line.ordering)
        if line.referring is not None and line.referring != claim.referring:
            yield blocks(loops.referring_loop, line.referring)
