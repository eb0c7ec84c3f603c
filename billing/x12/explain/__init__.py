"""A written claim in words: each of its segments with a sentence for a biller, and what is wrong where.

Takes text, as it was written and will be read by the payer, so that nobody is shown another claim than the one that
leaves. ``cut_claim`` takes one claim out of a file, ``explain`` says what stands in it, ``places_of`` finds the
segments of a fault, ``mended_by`` says what must be opened to mend it. Judges nothing: that is the matter of checking.
"""

from billing.x12.explain.cutting import ClaimText, cut_claim
from billing.x12.explain.faults import Mends, mended_by, places_of
from billing.x12.explain.rows import Row, Section, explain

__all__ = ["ClaimText", "Mends", "Row", "Section", "cut_claim", "explain", "mended_by", "places_of"]
