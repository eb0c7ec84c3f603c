"""A treatment record of the machine, read as the beams that it says were delivered.

Vendors write one record a session or one a beam, so a record is no session: dicom_sessions.py gathers the beams.
Nothing is stored here. Operators' names stand in real records and are not read at all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Decimal

from pydicom.dataset import Dataset

from courses.adapters import dicom_file as dicom
from courses.adapters.dicom_beams import NOT_TREATMENT

LARGEST_METERSET = 1_000_000  # monitor units; no beam comes near


@dataclass(frozen=True, slots=True)
class RecordedBeam:
    """One beam of a record. Moments are by the machine's clock; metersets in monitor units, ``None`` if not told."""

    number: int
    name: str
    delivery_type: str
    radiation: str
    fraction: int | None
    begins_at: datetime
    ends_at: datetime
    specified: Decimal | None
    delivered: Decimal | None
    termination: str
    termination_code: str
    verification: str


@dataclass(frozen=True, slots=True)
class TreatmentRecord:
    """A record with its treatment beams in their order; ``left_out`` counts port films and set-up."""

    uid: str
    patient: dicom.PatientIdentity
    plan_uid: str
    group: int | None
    session_uid: str
    machine: str
    zone_offset: str
    beams: tuple[RecordedBeam, ...]
    left_out: int

    def clock_zone(self, department: tzinfo) -> tzinfo:
        """Return the zone of the record's times: its own offset where it states one, else the department's."""
        if not self.zone_offset:
            return department
        sign = -1 if self.zone_offset[0] == "-" else 1
        return timezone(sign * timedelta(hours=int(self.zone_offset[1:3]), minutes=int(self.zone_offset[3:])))


@dicom.read_safely
def read_record(record: Dataset) -> TreatmentRecord:
    """Return the record's treatment beams.

    Raises:
        DicomPassedBy: port films or set-up alone: nothing was treated.
        DicomRefused: no rule covers it, it cannot be placed, or the file is damaged; the message says which.
    """
    _refuse_what_no_rule_covers(record)
    every = dicom.items(record, "TreatmentSessionBeamSequence")
    treating = [beam for beam in every if dicom.code(beam, "TreatmentDeliveryType") not in NOT_TREATMENT]
    if every and not treating:
        raise dicom.DicomPassedBy("Port films or set-up alone: nothing was treated, so there is no session.")
    if not treating:
        raise dicom.DicomRefused("The record holds no beam. Export the records of the beams, not a summary.")
    begins_at = _record_moment(record)
    return TreatmentRecord(
        uid=dicom.uid(record, "SOPInstanceUID"),
        patient=dicom.patient_identity(record),
        plan_uid=_plan_uid(record),
        group=dicom.whole(record, "ReferencedFractionGroupNumber"),
        session_uid=dicom.text(record, "TreatmentSessionUID"),
        machine=_machine(record),
        zone_offset=dicom.zone_offset(record),
        beams=tuple(_beam(beam, place, begins_at) for place, beam in enumerate(treating, start=1)),
        left_out=len(every) - len(treating),
    )


def _refuse_what_no_rule_covers(record: Dataset) -> None:
    if dicom.items(record, "TreatmentSessionIonBeamSequence"):
        raise dicom.DicomRefused("Protons or ions: no charge rule covers them. Charge this session by hand.")
    if dicom.items(record, "TreatmentSessionApplicationSetupSequence"):
        raise dicom.DicomRefused("Brachytherapy: no charge rule covers it. Charge this session by hand.")


def _record_moment(record: Dataset) -> datetime:
    on, at = dicom.day(record, "TreatmentDate"), dicom.clock(record, "TreatmentTime")
    if on is None:
        raise dicom.DicomRefused("TreatmentDate is missing or a placeholder. Enter this session by hand.")
    if at is None:
        raise dicom.DicomRefused("TreatmentTime is missing. Enter this session by hand.")
    return datetime.combine(on, at)


def _plan_uid(record: Dataset) -> str:
    plans = dicom.items(record, "ReferencedRTPlanSequence")
    if len(plans) != 1:
        raise dicom.DicomRefused(f"The record names {len(plans)} plans; wanted is one. Enter this session by hand.")
    return dicom.uid(plans[0], "ReferencedSOPInstanceUID")


def _machine(record: Dataset) -> str:
    machines = dicom.items(record, "TreatmentMachineSequence")
    return dicom.text(machines[0], "TreatmentMachineName") if machines else ""


def _beam(beam: Dataset, place: int, begins_at: datetime) -> RecordedBeam:
    moments = _control_point_moments(beam) or [begins_at]
    number = dicom.whole(beam, "ReferencedBeamNumber")
    return RecordedBeam(
        number=place if number is None else number,
        name=dicom.text(beam, "BeamName"),
        delivery_type=dicom.code(beam, "TreatmentDeliveryType"),
        radiation=dicom.code(beam, "RadiationType"),
        fraction=dicom.whole(beam, "CurrentFractionNumber") or None,
        begins_at=min(moments),
        ends_at=max(moments),
        specified=_meterset(beam, "SpecifiedPrimaryMeterset", "SpecifiedMeterset"),
        delivered=_meterset(beam, "DeliveredPrimaryMeterset", "DeliveredMeterset"),
        termination=dicom.code(beam, "TreatmentTerminationStatus") or "UNKNOWN",
        termination_code=dicom.text(beam, "TreatmentTerminationCode") or _coded_reason(beam),
        verification=dicom.code(beam, "TreatmentVerificationStatus"),
    )


def _control_point_moments(beam: Dataset) -> list[datetime]:
    """Return when the control points were passed, as far as they say both day and time."""
    moments = []
    for point in dicom.items(beam, "ControlPointDeliverySequence"):
        on, at = dicom.day(point, "TreatmentControlPointDate"), dicom.clock(point, "TreatmentControlPointTime")
        if on is not None and at is not None:
            moments.append(datetime.combine(on, at))
    return moments


def _meterset(beam: Dataset, keyword: str, at_point: str) -> Decimal | None:
    """Return a meterset of the beam; where the beam has none, the largest of its control points."""
    value = dicom.number(beam, keyword)
    if value is None:
        points = dicom.items(beam, "ControlPointDeliverySequence")
        value = max((told for point in points if (told := dicom.number(point, at_point)) is not None), default=None)
    if value is None:
        return None
    if not 0 <= value <= LARGEST_METERSET:
        raise dicom.DicomRefused(f"{keyword} is {value:g}: impossible. Enter this session by hand.")
    return Decimal(str(round(value, 4)))


def _coded_reason(beam: Dataset) -> str:
    reasons = dicom.items(beam, "RTTreatmentTerminationReasonCodeSequence")
    return dicom.text(reasons[0], "CodeMeaning") if reasons else ""
