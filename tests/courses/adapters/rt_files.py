"""RT Plans and treatment records as planning systems and machines write them, made with pydicom for the tests."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RTBeamsTreatmentRecordStorage, RTPlanStorage, generate_uid

MRN = "D-2001"
LEAF_PAIRS = 20
METERSET = 100.0
SECOND_ISOCENTER = (0.0, 30.0, 0.0)


def uid(name: str) -> str:
    """Return the UID that this name always has."""
    return str(generate_uid(entropy_srcs=[name]))


def filled(**values: object) -> Dataset:
    """Return a dataset with these elements."""
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


# --- beams ----------------------------------------------------------------------------------------------------------


def leaves(opening: float) -> Dataset:
    """Return leaf positions: each opening is another shape."""
    positions = [-opening] * LEAF_PAIRS + [opening] * LEAF_PAIRS
    return filled(RTBeamLimitingDeviceType="MLCX", LeafJawPositions=positions)


def jaws() -> Dataset:
    return filled(RTBeamLimitingDeviceType="ASYMX", LeafJawPositions=[-50, 50])


def control_points(openings: Sequence[float | None], angles: Sequence[float], direction: str) -> Iterator[Dataset]:
    """Yield a control point for each opening; None: a point that says nothing of the leaves, as after a segment."""
    for index, opening in enumerate(openings):
        point = filled(ControlPointIndex=index, CumulativeMetersetWeight=index / max(len(openings) - 1, 1))
        point.GantryAngle = angles[index] if index < len(angles) else angles[-1]
        point.GantryRotationDirection = direction
        if index == 0:
            point.IsocenterPosition = [0.0, 0.0, 0.0]
        devices = [jaws()] if opening is None else [jaws(), leaves(opening)]
        point.BeamLimitingDevicePositionSequence = devices
        yield point


def beam(
    number: int, openings: Sequence[float | None], *, angles: Sequence[float] = (0.0,), direction: str = "NONE",
    **values: object,
) -> Dataset:  # fmt: skip
    """Return a beam of these leaf openings."""
    made = filled(
        BeamNumber=number, BeamName=f"Field {number}", BeamType="STATIC", RadiationType="PHOTON",
        TreatmentDeliveryType="TREATMENT", TreatmentMachineName="TrueBeam 1", NumberOfCompensators=0,
        NumberOfControlPoints=len(openings),
    )  # fmt: skip
    made.ControlPointSequence = list(control_points(openings, angles, direction))
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def sliding_window(number: int, shapes: int = 20) -> Dataset:
    return beam(number, [float(shape) for shape in range(1, shapes + 1)], BeamType="DYNAMIC")


def step_and_shoot(number: int, segments: int = 6) -> Dataset:
    """Each segment is two control points: where it begins, and where it ends with the leaves as they were."""
    return beam(number, [opening for segment in range(1, segments + 1) for opening in (float(segment), None)])


def arc(number: int, shapes: int = 30) -> Dataset:
    openings = [float(shape) for shape in range(1, shapes + 1)]
    return beam(number, openings, angles=[179.0, 181.0], direction="CC", BeamType="DYNAMIC")


def static(number: int, **values: Any) -> Dataset:
    return beam(number, [5.0, None], **values)


def open_field(number: int, **values: Any) -> Dataset:
    """A field that the jaws alone shape."""
    return beam(number, [None, None], **values)


def electrons(number: int) -> Dataset:
    return beam(number, [None, None], RadiationType="ELECTRON")


def moved(field: Dataset, isocenter: Sequence[float] = SECOND_ISOCENTER) -> Dataset:
    """Return the beam with another isocenter."""
    field.ControlPointSequence[0].IsocenterPosition = list(isocenter)
    return field


# --- plans ----------------------------------------------------------------------------------------------------------


def plan(beams: Sequence[Dataset], *, fractions: int = 7, dose_gy: float = 14.0, **values: object) -> Dataset:
    """Return an approved plan of one fraction group."""
    made = filled(
        SOPClassUID=RTPlanStorage, SOPInstanceUID=uid("plan"), Modality="RTPLAN", Manufacturer="Maker",
        PatientName="Nobody^Test", PatientID=MRN, PatientBirthDate="19580402", PatientSex="F",
        RTPlanLabel="P1", RTPlanDate="20251230", ApprovalStatus="APPROVED", FrameOfReferenceUID=uid("frame"),
    )  # fmt: skip
    made.BeamSequence = list(beams)
    made.FractionGroupSequence = [group(1, fractions, [one.BeamNumber for one in beams])]
    made.DoseReferenceSequence = [filled(DoseReferenceType="TARGET", TargetPrescriptionDose=dose_gy)]
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def group(number: int, fractions: int, beams: Sequence[int]) -> Dataset:
    """Return a fraction group."""
    made = filled(
        FractionGroupNumber=number, NumberOfFractionsPlanned=fractions, NumberOfBeams=len(beams),
        NumberOfBrachyApplicationSetups=0,
    )  # fmt: skip
    made.ReferencedBeamSequence = [filled(ReferencedBeamNumber=one, BeamMeterset=METERSET) for one in beams]
    return made


def imrt_plan(**values: Any) -> Dataset:
    """Four sliding-window beams, seven fractions."""
    return plan([sliding_window(number) for number in range(1, 5)], **values)


# --- records --------------------------------------------------------------------------------------------------------


def delivered(
    number: int, given: float = METERSET, *, status: str = "NORMAL", kind: str = "TREATMENT", **values: object
) -> Dataset:
    """Return one beam of a record."""
    made = filled(
        ReferencedBeamNumber=number, BeamName=f"Field {number}", TreatmentDeliveryType=kind, RadiationType="PHOTON",
        TreatmentTerminationStatus=status, TreatmentVerificationStatus="VERIFIED",
        SpecifiedPrimaryMeterset=METERSET, DeliveredPrimaryMeterset=given,
    )  # fmt: skip
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def record(name: str, *, fraction: int | None, at: str, beams: Sequence[Dataset], **values: object) -> Dataset:
    """Return a record of the plan ``uid("plan")``; ``at`` as '20260105 091000', ``name`` is its identity."""
    on, _, time = at.partition(" ")
    made = filled(
        SOPClassUID=RTBeamsTreatmentRecordStorage, SOPInstanceUID=uid(name), Modality="RTRECORD",
        PatientName="Nobody^Test", PatientID=MRN, PatientBirthDate="", PatientSex="", OperatorsName="Staff^Name",
        TreatmentDate=on, TreatmentTime=time, ReferencedFractionGroupNumber=1,
    )  # fmt: skip
    made.ReferencedRTPlanSequence = [filled(ReferencedSOPInstanceUID=uid("plan"))]
    made.TreatmentMachineSequence = [filled(TreatmentMachineName="TrueBeam 1")]
    for one in beams:
        if fraction is not None:
            one.CurrentFractionNumber = fraction
    made.TreatmentSessionBeamSequence = list(beams)
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def whole_fraction(name: str, *, fraction: int, at: str, **values: object) -> Dataset:
    """Return the record of a fraction whose four beams all ended as planned."""
    return record(name, fraction=fraction, at=at, beams=[delivered(number) for number in range(1, 5)], **values)


# --- files ----------------------------------------------------------------------------------------------------------


def as_bytes(dataset: Dataset, *, preamble: bool = True, explicit: bool = True) -> bytes:
    """Return the dataset as a file's bytes; without the preamble as some systems export it."""
    buffer = BytesIO()
    if preamble:
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.file_meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", RTPlanStorage)
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", uid("file"))
        pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    else:
        pydicom.dcmwrite(buffer, dataset, implicit_vr=not explicit, little_endian=True)
    return buffer.getvalue()


def saved(dataset: Dataset, path: Path) -> Path:
    """Write the dataset to a file and return its path."""
    path.write_bytes(as_bytes(dataset))
    return path
