"""Makes of a gathered institutional claim the plain value that billing/x12 writes.

The bill is an outpatient's: type 0131 (0851 of a critical access hospital), the days from the first line to the last,
the course's physician as attending provider, and who referred the patient; a bill has no place for who supervises or
orders. Whether it may go is asked afterwards, in checking.py.
"""

import json

from billing.claims.lines import institutional_lines
from billing.claims.reading import Parties, Row, insured, named_of
from billing.x12.claim_837i import Claim837I

_HOME, _STILL_A_PATIENT = "01", "30"
"""CL103: the course is over, or goes on."""


def bill_of(row: Row, parties: Parties) -> Claim837I:
    """Return the institutional claim that the writer and its checks take."""
    said = json.loads(row.extra)
    named = named_of(row)
    subscriber, dependant = insured(row, parties)
    lines, remarks = institutional_lines(row.lines)
    days = [line.service_on for line in lines]
    return Claim837I(
        row.control_number,
        row.total,
        min(days),
        max(days),
        parties.facilities[row.facility_id],
        parties.payers[row.payer_id],
        subscriber,
        tuple(row.diagnoses.split()),
        lines,
        parties.physicians.get(row.physician_id),
        dependant,
        referring=parties.physicians.get(named.referring_id),
        facility=parties.locations.get(row.facility_id),
        referral=named.referral,
        facility_code=parties.facility_codes[row.facility_id],
        authorization=said["authorization"],
        patient_status=_HOME if said["is_over"] else _STILL_A_PATIENT,
        billing_note=remarks,
    )
