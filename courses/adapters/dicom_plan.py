"""An RT Plan, read as the proposal of a plan: what a person confirms and a physician approves.

Reads, never stores (dicom_filing.py does), and decides no charge. What no rule of ours covers is refused with the
reason: protons, brachytherapy, plans made for a phantom or a study, plans that the planning system rejected.
"""

from datetime import date
from itertools import accumulate

from pydicom.dataset import Dataset

from courses.adapters import dicom_file as dicom
from courses.adapters.dicom_beams import Beam, propose_technique, treatment_beams
from courses.adapters.dicom_hints import laterality_hint, site_hint
from courses.adapters.dicom_proposal import FractionGroup, PlanProposal
from courses.terms import MotionManagement

# PlanIntent of what treats no patient (DICOM PS3.3, C.8.8.9).
NOT_FOR_PATIENTS = frozenset({"VERIFICATION", "MACHINE_QA", "SERVICE", "RESEARCH"})
COVERED_RADIATION = frozenset({"PHOTON", "ELECTRON", ""})
# RTPlanRelationship of what this plan takes the place of (DICOM PS3.3, C.8.8.9).
EARLIER = frozenset({"PRIOR", "PREDECESSOR"})

_MOTION = {
    "GATING": MotionManagement.GATING,
    "BREATH_HOLD": MotionManagement.BREATH_HOLD,
    "TRACKING": MotionManagement.TRACKING,
    "REALTIME": MotionManagement.TRACKING,
}


@dicom.read_safely
def read_plan(plan: Dataset) -> PlanProposal:
    """Return what the plan proposes.

    Raises:
        DicomRefused: no rule covers it, or the file is damaged; the message says which and what to do.
    """
    _refuse_what_no_rule_covers(plan)
    beams, left_out = treatment_beams(plan)
    _refuse_beams(beams)
    technique, open_questions = propose_technique(beams, _planning_system(plan))
    texts = _typed_texts(plan)
    return PlanProposal(
        uid=dicom.uid(plan, "SOPInstanceUID"),
        patient=dicom.patient_identity(plan),
        label=dicom.text(plan, "RTPlanLabel") or dicom.text(plan, "RTPlanName"),
        planned_on=dicom.day(plan, "RTPlanDate"),
        approval=dicom.code(plan, "ApprovalStatus"),
        approved_on=_approved_on(plan),
        beams=beams,
        left_out=left_out,
        groups=_fraction_groups(plan),
        dose_gy=_prescribed_dose(plan),
        technique=technique,
        technique_questions=open_questions,
        motion=_motion(plan),
        site=site_hint(texts),
        laterality=laterality_hint(texts),
        earlier_plans=_earlier_plans(plan),
        frame_of_reference=dicom.text(plan, "FrameOfReferenceUID"),
    )


def _refuse_what_no_rule_covers(plan: Dataset) -> None:
    intent = dicom.code(plan, "PlanIntent")
    if intent in NOT_FOR_PATIENTS:
        raise dicom.DicomRefused(f"Plan intent {intent}: not a patient's treatment, nothing to charge.")
    if dicom.code(plan, "ApprovalStatus") == "REJECTED":
        raise dicom.DicomRefused("The planning system rejected this plan. Export the one that is treated.")
    if dicom.items(plan, "IonBeamSequence"):
        raise dicom.DicomRefused("Protons or ions: no charge rule covers them. Charge this course by hand.")
    setups = any(dicom.whole(group, "NumberOfBrachyApplicationSetups") for group in _groups(plan))
    if setups or dicom.items(plan, "ApplicationSetupSequence") or dicom.code(plan, "BrachyTreatmentType"):
        raise dicom.DicomRefused("Brachytherapy: no charge rule covers it. Charge this course by hand.")


def _refuse_beams(beams: tuple[Beam, ...]) -> None:
    if not beams:
        raise dicom.DicomRefused("No treatment beam with control points. Export the plan that is treated.")
    strange = sorted({beam.radiation for beam in beams} - COVERED_RADIATION)
    if strange:
        raise dicom.DicomRefused(f"Radiation {', '.join(strange)}: no charge rule covers it. Charge this by hand.")
    if len({beam.number for beam in beams}) != len(beams):
        raise dicom.DicomRefused("Two beams have one number: the file is damaged. Export it again.")


def _groups(plan: Dataset) -> tuple[Dataset, ...]:
    return dicom.items(plan, "FractionGroupSequence")


def _fraction_groups(plan: Dataset) -> tuple[FractionGroup, ...]:
    groups = _groups(plan)
    counts = [dicom.whole(group, "NumberOfFractionsPlanned") or 0 for group in groups]
    firsts = accumulate([1, *counts])
    return tuple(
        FractionGroup(
            number=dicom.whole(group, "FractionGroupNumber") or place,
            fractions=count,
            beams=_referenced_beams(group),
            first=first,
        )
        for place, (group, count, first) in enumerate(zip(groups, counts, firsts, strict=False), start=1)
    )


def _referenced_beams(group: Dataset) -> tuple[int, ...]:
    numbers = (dicom.whole(beam, "ReferencedBeamNumber") for beam in dicom.items(group, "ReferencedBeamSequence"))
    return tuple(number for number in numbers if number is not None)


def _prescribed_dose(plan: Dataset) -> float | None:
    """Return the largest dose to a target, in Gy, over all fractions."""
    doses = [
        dose
        for reference in dicom.items(plan, "DoseReferenceSequence")
        if dicom.code(reference, "DoseReferenceType") == "TARGET"
        and (dose := dicom.number(reference, "TargetPrescriptionDose"))
    ]
    return max(doses, default=None)


def _motion(plan: Dataset) -> MotionManagement:
    """Return how motion is managed; most files do not say, so ``none`` is no answer to the question."""
    for synchronisation in dicom.items(plan, "MotionSynchronizationSequence"):
        technique = dicom.code(synchronisation, "RespiratoryMotionCompensationTechnique")
        if technique in _MOTION:
            return _MOTION[technique]
    return MotionManagement.NONE


def _earlier_plans(plan: Dataset) -> tuple[str, ...]:
    return tuple(
        dicom.uid(reference, "ReferencedSOPInstanceUID")
        for reference in dicom.items(plan, "ReferencedRTPlanSequence")
        if dicom.code(reference, "RTPlanRelationship") in EARLIER
    )


def _planning_system(plan: Dataset) -> str:
    return " ".join(dicom.text(plan, keyword) for keyword in ("Manufacturer", "ManufacturerModelName"))


def _approved_on(plan: Dataset) -> date | None:
    """Return the day of review of an approved plan; the reviewer's name is not read."""
    return dicom.day(plan, "ReviewDate") if dicom.code(plan, "ApprovalStatus") == "APPROVED" else None


def _typed_texts(plan: Dataset) -> tuple[str, ...]:
    """Return what a planner typed. Beam names stay out: '3 RAO' is a direction, not a side."""
    own = [dicom.text(plan, keyword) for keyword in ("RTPlanLabel", "RTPlanName", "RTPlanDescription")]
    doses = [
        dicom.text(reference, "DoseReferenceDescription") for reference in dicom.items(plan, "DoseReferenceSequence")
    ]
    return (*own, *doses, *dicom.texts(plan, "TreatmentSites"))
