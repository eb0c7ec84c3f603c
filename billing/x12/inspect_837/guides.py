"""The guides whose files are inspected, by their version: loops, lengths, and who looks at the claims."""

from collections.abc import Mapping
from typing import NamedTuple

from billing.x12.inspect_837.claim import ClaimInspector
from billing.x12.inspect_837.elements import INSTITUTIONAL_ELEMENTS, PROFESSIONAL_ELEMENTS, Elements
from billing.x12.inspect_837.grammar import INSTITUTIONAL, PROFESSIONAL, Loop
from billing.x12.inspect_837.institutional import InstitutionalClaims
from billing.x12.inspect_837.professional import ProfessionalClaims


class Guide(NamedTuple):
    """What a file of one version is measured by."""

    loops: Loop
    elements: Elements
    claims: type[ClaimInspector]
    npi_loops: frozenset[str]
    """Loops whose NM1 must have an NPI."""
    facility_loops: frozenset[str]
    """Loops of a service facility: an NPI if any, a ZIP code of nine digits."""
    entities: Mapping[str, str]
    """NM102 of loops that only a person (1) or only an organisation (2) may stand in."""


PROFESSIONAL_VERSION = "005010X222A1"
INSTITUTIONAL_VERSION = "005010X223A2"
GUIDES = {
    PROFESSIONAL_VERSION: Guide(
        loops=PROFESSIONAL,
        elements=PROFESSIONAL_ELEMENTS,
        claims=ProfessionalClaims,
        npi_loops=frozenset(("2010AA", "2310A", "2310B", "2310D", "2420A", "2420D", "2420E", "2420F")),
        facility_loops=frozenset(("2310C", "2420C")),
        entities={},
    ),
    INSTITUTIONAL_VERSION: Guide(
        loops=INSTITUTIONAL,
        elements=INSTITUTIONAL_ELEMENTS,
        claims=InstitutionalClaims,
        npi_loops=frozenset(("2010AA", "2310A", "2310D", "2310F")),
        facility_loops=frozenset(("2310E",)),
        entities={"2010AA": "2", "2310A": "1", "2310D": "1", "2310E": "2", "2310F": "1"},
    ),
}


def guide_of(*versions: str) -> Guide:
    """Return the guide of the first version that is known; the professional one if none is."""
    return next((GUIDES[version] for version in versions if version in GUIDES), GUIDES[PROFESSIONAL_VERSION])
