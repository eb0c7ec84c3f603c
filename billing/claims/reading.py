"""Reads gathered claims, and makes of a professional one the plain value that billing/x12 writes, one at a time.

One COPY brings them as finished text; whoever appears often (facility, payer, physician) is read once before it. What
an institutional claim is made of stands in institutional.py, what a follow-up says besides in correcting.py.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from billing.claims.batch import Batch
from billing.claims.lines import Usual, professional_lines
from billing.claims.printing import FIELD
from billing.x12.claim_837p import Claim837P
from billing.x12.parties import Address, BillingProvider, Dependant, Facility, Payer, Provider, Subscriber
from patients.terms import Relationship

_FACILITIES = """
    SELECT id, time_zone, name, npi, replace(tax_id, '-', ''), taxonomy,
           street, city, state, replace(zip_code, '-', ''), street2, facility_code,
           service_name, service_street, service_city, service_state, replace(service_zip_code, '-', ''),
           service_street2, service_npi
      FROM oncocharge_patients_facility WHERE id IN (SELECT facility_id FROM export_claim)
"""
_PAYERS = """
    SELECT id, filing_indicator, name, payer_id, street, city, state, replace(zip_code, '-', ''), street2
      FROM oncocharge_patients_payer WHERE id IN (SELECT payer_id FROM export_claim)
"""
_PHYSICIANS = """
    SELECT id, last_name, first_name, npi, taxonomy
      FROM oncocharge_patients_provider
     WHERE id IN (SELECT physician_id FROM export_claim
                   UNION SELECT id::bigint FROM export_claim,
                                unnest((string_to_array(named, E'\\x1f'))[:3]) AS id WHERE named <> '' AND id <> ''
                   UNION SELECT provider_id FROM oncocharge_billing_ledgerentry WHERE provider_id IS NOT NULL)
"""

CONTROL_NUMBER = "'OC' || lpad(c.claim_id::text, GREATEST(10, length(c.claim_id::text)), '0')"
"""CLM01 of ``export_claim c``: ours alone, unique for ever, no more than 20 characters, nothing of the patient."""

_CLAIMS = """
    COPY (
        SELECT c.claim_id, c.facility_id, c.payer_id, COALESCE(c.physician_id, 0), c.lines,
               {number}, trim_scale(c.total), c.place_of_service, c.named,
               COALESCE(replace(array_to_string(c.diagnoses, ' '), '.', ''), ''),
               COALESCE(to_char(n.starts_on, 'YYYYMMDD'), ''), COALESCE(to_char(n.ends_on, 'YYYYMMDD'), ''),
               v.relationship, v.member_id, v.group_number, v.subscriber_last_name, v.subscriber_first_name,
               p.last_name, p.first_name, p.middle_name, p.street, p.city, p.state, replace(p.zip_code, '-', ''),
               p.street2, COALESCE(to_char(p.birth_date, 'YYYYMMDD'), ''), p.sex,
               {extra}
          FROM export_claim c
          JOIN oncocharge_patients_patient p ON p.id = c.patient_id
          JOIN oncocharge_patients_coverage v ON v.id = c.coverage_id
          LEFT JOIN oncocharge_patients_encounter n ON n.id = c.encounter_id
         ORDER BY c.claim_id
    ) TO STDOUT
"""

# Of the usual claim there is nothing more to say; of a bill where the course stands and what was authorized; of a
# follow-up what it answers.
_BILL = """
    'authorization', c.authorization_number, 'is_over', (
        SELECT o.closed_on IS NOT NULL AND NOT EXISTS (
               SELECT FROM oncocharge_billing_ledgerentry e
                WHERE e.course_id = o.id AND e.kind = 'charge' AND e.claim_kind = 'institutional'
                  AND e.service_on > (SELECT max(i.service_on) FROM oncocharge_billing_ledgerentry i
                                       WHERE i.id = ANY(c.entry_ids))
                  AND NOT EXISTS (SELECT FROM oncocharge_billing_ledgerentry r WHERE r.reverses_id = e.id))
          FROM oncocharge_courses_course o WHERE o.id = c.course_id)
"""
_FOLLOWS = """
    'frequency', c.frequency, 'sequence', c.sequence, 'reason', c.reason_code, 'number', c.payer_claim_number,
    'changes', c.changes, 'medicare_later', COALESCE((
        WITH RECURSIVE chain AS (
            SELECT c.replaces_id AS id WHERE c.sequence <> 'P'
             UNION
            SELECT k.replaces_id FROM chain JOIN oncocharge_billing_claim k ON k.id = chain.id)
        SELECT f.reason_code FROM chain
          JOIN oncocharge_billing_followup f ON f.sent_as_id = chain.id AND f.kind = 'next'),
        CASE WHEN c.kind = 'next' THEN c.reason_code END, '')
"""

# PAT01. A relationship that the guide has no number for goes as G8, other.
RELATIONSHIP_CODES = {Relationship.SPOUSE.value: "01", Relationship.CHILD.value: "19"}
OTHER_RELATIONSHIP = "G8"
_BUFFER = 1 << 18
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_POINTERS = tuple(tuple(range(1, number + 1)) for number in range(5))
"""SV107 by the number of diagnoses: the first four, the principal one first."""


class Row(NamedTuple):
    """One claim as COPY brings it: finished text."""

    claim_id: str
    facility_id: str
    payer_id: str
    physician_id: str
    lines: str
    control_number: str
    total: str
    place_of_service: str
    named: str
    """Who is named beside the physician, and the referral number, as ``Named`` reads them; mostly empty."""
    diagnoses: str
    admitted_on: str
    discharged_on: str
    relationship: str
    member_id: str
    group_number: str
    subscriber_last_name: str
    subscriber_first_name: str
    last_name: str
    first_name: str
    middle_name: str
    street: str
    city: str
    state: str
    zip_code: str
    street2: str
    birth_on: str
    sex: str
    extra: str
    """What only bills and follow-ups say, as JSON; empty otherwise."""


class Named(NamedTuple):
    """Ids of the providers that a claim names beside the course's physician, as text, and its referral number."""

    referring_id: str = ""
    supervising_id: str = ""
    ordering_id: str = ""
    referral: str = ""


_NOBODY = Named()


def named_of(row: Row) -> Named:
    """Return whom a row names beside the physician. Who renders is not named again as supervising."""
    if not row.named:
        return _NOBODY
    named = Named(*row.named.split(FIELD, len(Named._fields) - 1))
    return named._replace(supervising_id="") if named.supervising_id == row.physician_id else named


class Parties(NamedTuple):
    """Facilities, payers and providers of the gathered claims, by their ids as text."""

    facilities: Mapping[str, BillingProvider]
    zones: Mapping[str, ZoneInfo]
    """Each facility's time zone: it decides which day is today there."""
    facility_codes: Mapping[str, str]
    """Each facility's type of bill, its first two digits."""
    payers: Mapping[str, Payer]
    filing_indicators: Mapping[str, str]
    physicians: Mapping[str, Provider]
    """Whoever is named, as physician of the course, beside it or at a line."""
    locations: Mapping[str, Facility]
    """Where the facilities treat that do not treat at their billing address."""


def read_parties() -> Parties:
    """Return who stands on the gathered claims beside the patients: three statements."""
    with connection.cursor() as cursor:
        cursor.execute(_FACILITIES)
        facilities = cursor.fetchall()
        cursor.execute(_PAYERS)
        payers = cursor.fetchall()
        cursor.execute(_PHYSICIANS)
        physicians = cursor.fetchall()
    return Parties(
        {
            str(row[0]): BillingProvider(row[2], row[3], row[4], Address(*row[6:11]), taxonomy=row[5])
            for row in facilities
        },
        {str(row[0]): ZoneInfo(row[1]) for row in facilities},
        {str(row[0]): row[11] for row in facilities},
        {str(row[0]): Payer(row[2], row[3], Address(*row[4:]) if row[4] else None) for row in payers},
        {str(row[0]): row[1] for row in payers},
        {str(row[0]): Provider(*row[1:]) for row in physicians},
        {str(row[0]): Facility(row[12], Address(*row[13:18]), row[18]) for row in facilities if row[12]},
    )


@contextmanager
def spooled_rows(*, batch: Batch) -> Iterator[Iterator[Row]]:
    """Copy the gathered claims to a nameless file and give their rows, in the order of the file: one statement.

    The connection is free again while the rows are read.
    """
    said = [_BILL] * batch.is_institutional + [_FOLLOWS] * batch.is_follow_up
    extra = f"json_build_object({', '.join(said)})" if said else "''"
    statement = _CLAIMS.format(number=CONTROL_NUMBER, extra=extra)
    with tempfile.TemporaryFile(buffering=_BUFFER) as file:
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
            for line in copy:
                file.write(line)
        file.seek(0)
        yield (Row._make(_fields(line.decode())) for line in file)


def _fields(line: str) -> list[str]:
    """Split a row of COPY's text format. Twice as fast as the driver's reader, which must expect any type."""
    fields = line[:-1].split("\t")
    return [_ESCAPE.sub(_unescaped, field) for field in fields] if "\\" in line else fields


def _unescaped(escape: re.Match[str]) -> str:
    return _ESCAPED.get(escape[1], escape[1])


def claim_of(row: Row, parties: Parties) -> Claim837P:
    """Return the professional claim that the writer and its checks take."""
    diagnoses = tuple(row.diagnoses.split())
    named = named_of(row)
    ordering = parties.physicians.get(named.ordering_id)
    usual = Usual(_POINTERS[min(len(diagnoses), 4)], diagnoses, ordering, parties.physicians)
    lines, authorization = professional_lines(row.lines, usual)
    subscriber, dependant = insured(row, parties)
    claim = Claim837P(
        row.control_number,
        row.total,
        row.place_of_service,
        parties.facilities[row.facility_id],
        parties.payers[row.payer_id],
        subscriber,
        diagnoses,
        lines,
        dependant,
        parties.physicians.get(row.physician_id),
        parties.physicians.get(named.referring_id),
        parties.locations.get(row.facility_id),
        parties.physicians.get(named.supervising_id),
    )
    # Most claims have nothing of it, and a value by name costs as much as five by place.
    if not (authorization or named.referral or row.admitted_on or row.discharged_on):
        return claim
    return claim._replace(
        authorization=authorization,
        referral=named.referral,
        admitted_on=row.admitted_on,
        discharged_on=row.discharged_on,
    )


def insured(row: Row, parties: Parties) -> tuple[Subscriber, Dependant | None]:
    """Return whose policy it is, and the patient where that is somebody else."""
    filing_indicator = parties.filing_indicators[row.payer_id]
    address = Address(row.street, row.city, row.state, row.zip_code, row.street2)
    if row.relationship == Relationship.SELF:
        subscriber = Subscriber(
            row.last_name, row.first_name, row.member_id, filing_indicator, address, row.birth_on, row.sex,
            row.middle_name, group_number=row.group_number,
        )  # fmt: skip
        return subscriber, None
    relationship = RELATIONSHIP_CODES.get(row.relationship, OTHER_RELATIONSHIP)
    dependant = Dependant(relationship, row.last_name, row.first_name, address, row.birth_on, row.sex, row.middle_name)
    subscriber = Subscriber(
        row.subscriber_last_name, row.subscriber_first_name, row.member_id, filing_indicator,
        group_number=row.group_number,
    )  # fmt: skip
    return subscriber, dependant
