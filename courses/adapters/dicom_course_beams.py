"""What a course knows of its delivered beams: those filed before, and where the beams of a new record belong.

Between the database and the pure gathering of dicom_sessions.py: rows become pieces, pieces become rows.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TypedDict, cast

from courses.adapters.dicom_file import DicomRefused
from courses.adapters.dicom_record import TreatmentRecord
from courses.adapters.dicom_sessions import Delivery, Piece, Sitting, earlier_delivery
from courses.models import Course, DeliveredBeam, Plan, Session


class KeptGroup(TypedDict):
    """A fraction group as the plan's evidence keeps it."""

    number: int
    first: int
    fractions: int
    beams: list[int]


class CourseBeams:
    """The beams of one course: ``filed`` before this import, ``counting`` those whose session stands."""

    def __init__(self, course: Course) -> None:
        rows = list(DeliveredBeam.objects.filter(session__course=course).select_related("session__machine"))
        self._day_of = course.facility.day_of
        self.plans = {plan.pk: plan for plan in course.plans.all()}
        self._by_record: dict[str, list[DeliveredBeam]] = {}
        for row in rows:
            self._by_record.setdefault(row.record_uid, []).append(row)
        standing = [row for row in rows if row.session.cancelled_at is None]
        self.counting = [piece_of(row) for row in standing]
        self.sittings = [
            Sitting([piece_of(row) for row in standing if row.session_id == session], session)
            for session in dict.fromkeys(row.session_id for row in standing)
        ]

    def filed_before(self, pieces: Sequence[Piece]) -> Session | None:
        """Return the session that this very record was filed under before; None if it is new.

        Raises:
            DicomRefused: a record of this identity was filed with other content.
        """
        rows = self._by_record.get(pieces[0].record_uid)
        if rows is None:
            return None
        if {_content(piece_of(row)) for row in rows} != {_content(piece) for piece in pieces}:
            raise DicomRefused(
                f"Session {rows[0].session_id} was read from a record of the same SOPInstanceUID with other content. "
                "Find out which is right, and correct the session by hand."
            )
        return rows[0].session

    def accept(self, pieces: Iterable[Piece]) -> None:
        """Count the beams of a new record.

        Raises:
            DicomRefused: a beam of the same fraction was delivered in full by another record.
        """
        accepted: list[Piece] = []
        for piece in pieces:
            other = earlier_delivery(piece, self.counting + accepted)
            if other is not None:
                raise DicomRefused(
                    f"Beam {piece.beam} of fraction {piece.fraction} of plan {piece.plan} was delivered on "
                    f"{self._day_of(other.begins_at)} by another record. Find out which is right; enter the other by "
                    "hand."
                )
            accepted.append(piece)
        self.counting += accepted

    def planned(self, deliveries: Iterable[Delivery]) -> dict[Delivery, frozenset[int]]:
        """Return the beams that each fraction should have, as far as its plan keeps them.

        Of a fraction without a number they are known where all fractions of the plan are alike.
        """
        return {
            (plan, fraction): frozenset(group["beams"])
            for plan, fraction in deliveries
            for group in groups_of(self.plans[plan])
            if _has(group, fraction) or len(groups_of(self.plans[plan])) == 1
        }


def _has(group: KeptGroup, fraction: int | None) -> bool:
    return fraction is not None and group["first"] <= fraction < group["first"] + max(group["fractions"], 1)


def groups_of(plan: Plan) -> list[KeptGroup]:
    """Return the fraction groups that a DICOM plan showed; none for a plan that a person typed."""
    return cast(list[KeptGroup], plan.evidence.get("groups", []))


def pieces_of(record: TreatmentRecord, plan: Plan, department: tzinfo) -> list[Piece]:
    """Return the beams of a record, placed in the plan and on the clinic's clock.

    Raises:
        DicomRefused: the record does not say to which group of fractions it belongs.
    """
    zone = record.clock_zone(department)
    before = _fractions_before(record, plan)
    return [
        Piece(
            record_uid=record.uid,
            position=position,
            plan=plan.pk,
            fraction=None if beam.fraction is None else before + beam.fraction,
            beam=beam.number,
            session_uid=record.session_uid,
            machine=record.machine,
            delivery_type=beam.delivery_type[:16],
            radiation=beam.radiation[:16],
            begins_at=_aware(beam.begins_at, zone),
            ends_at=_aware(beam.ends_at, zone),
            specified=beam.specified,
            delivered=beam.delivered,
            termination=beam.termination[:16],
            termination_code=beam.termination_code,
            verification=beam.verification[:16],
        )
        for position, beam in enumerate(record.beams, start=1)
    ]


def row_of(piece: Piece, session: Session) -> DeliveredBeam:
    """Return the piece as a row of a session, unsaved."""
    return DeliveredBeam(
        session=session,
        plan_id=piece.plan,
        record_uid=piece.record_uid,
        position=piece.position,
        session_uid=piece.session_uid,
        machine_name=piece.machine,
        fraction_number=piece.fraction,
        beam_number=piece.beam,
        delivery_type=piece.delivery_type,
        radiation=piece.radiation,
        begins_at=piece.begins_at,
        ends_at=piece.ends_at,
        specified_mu=piece.specified,
        delivered_mu=piece.delivered,
        termination=piece.termination,
        termination_code=piece.termination_code,
        verification=piece.verification,
    )


def piece_of(row: DeliveredBeam) -> Piece:
    """Return a row as the piece that it was."""
    return Piece(
        record_uid=row.record_uid,
        position=row.position,
        plan=row.plan_id,
        fraction=row.fraction_number,
        beam=row.beam_number,
        session_uid=row.session_uid,
        machine=row.machine_name,
        delivery_type=row.delivery_type,
        radiation=row.radiation,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        specified=row.specified_mu,
        delivered=row.delivered_mu,
        termination=row.termination,
        termination_code=row.termination_code,
        verification=row.verification,
    )


def _content(piece: Piece) -> tuple[object, ...]:
    return piece.plan, piece.fraction, piece.beam, piece.begins_at, piece.delivered, piece.termination


def _fractions_before(record: TreatmentRecord, plan: Plan) -> int:
    """Return how many fractions of earlier groups are counted before this record's own."""
    groups = groups_of(plan)
    if len(groups) <= 1:
        return 0
    for group in groups:
        if group["number"] == record.group:
            return group["first"] - 1
    raise DicomRefused(
        f"Plan {plan.pk} has {len(groups)} fraction groups and the record names none of them. Enter this by hand."
    )


def _aware(moment: datetime, zone: tzinfo) -> datetime:
    # In UTC: Python never holds a time that the clocks showed twice equal to the same moment in another zone.
    return moment.replace(tzinfo=zone).astimezone(UTC)
