"""What an RT Plan proposes, and what is refused with its reason. No database."""

from datetime import date

import pytest
from pydicom.dataset import Dataset

from courses.adapters.dicom_beams import Beam
from courses.adapters.dicom_file import DicomRefused, read_dicom
from courses.adapters.dicom_plan import read_plan
from courses.adapters.dicom_proposal import PlanProposal, evidence, questions, sentences, warnings
from courses.terms import Laterality, MotionManagement, Site, Technique
from tests.courses.adapters import rt_files as rt


def proposed(plan: Dataset) -> PlanProposal:
    return read_plan(read_dicom(rt.as_bytes(plan)))


def refused(plan: Dataset) -> str:
    with pytest.raises(DicomRefused) as caught:
        proposed(plan)
    return str(caught.value)


def shapes(proposal: PlanProposal) -> list[int]:
    return [beam.shapes for beam in proposal.beams]


def test_four_sliding_window_beams_are_proposed_as_imrt_with_their_evidence() -> None:
    proposal = proposed(rt.imrt_plan())
    assert (proposal.technique, proposal.fixed_beams, proposal.arcs) == (Technique.IMRT, 4, 0)
    assert (proposal.isocenters, proposal.fractions, proposal.machine) == (1, 7, "TrueBeam 1")
    assert (proposal.label, proposal.planned_on, proposal.uid) == ("P1", date(2025, 12, 30), rt.uid("plan"))
    assert sentences(proposal) == (
        "4 fixed beams of photons.",
        "20 leaf shapes in a beam.",
        "1 isocenter.",
        "7 fractions, 14 Gy prescribed (2 Gy each).",
        "Planned on the machine TrueBeam 1.",
    )
    assert warnings(proposal) == ()


def test_step_and_shoot_counts_segments_and_not_control_points() -> None:
    proposal = proposed(rt.plan([rt.step_and_shoot(1, segments=6)]))
    assert shapes(proposal) == [6]
    assert proposal.technique is Technique.IMRT


@pytest.mark.parametrize("segments", [2, 3, 4])
def test_two_to_four_shapes_leave_the_technique_to_a_person(segments: int) -> None:
    proposal = proposed(rt.plan([rt.step_and_shoot(1, segments), rt.step_and_shoot(2, segments)]))
    assert proposal.technique is Technique.UNKNOWN
    assert "Two to four leaf shapes: is this field-in-field (3D) or IMRT of few segments?" in questions(proposal)


def test_five_shapes_are_modulated_and_one_modulated_beam_decides() -> None:
    proposal = proposed(rt.plan([rt.step_and_shoot(1, segments=5), rt.static(2)]))
    assert proposal.technique is Technique.IMRT


def test_arc_of_three_shapes_is_vmat_and_of_two_conformal() -> None:
    assert proposed(rt.plan([rt.arc(1, shapes=3)])).technique is Technique.VMAT
    assert proposed(rt.plan([rt.arc(1, shapes=2)])).technique is Technique.CONFORMAL_3D


def test_partial_arcs_without_a_direction_are_known_by_their_angles() -> None:
    beam = rt.beam(1, [1.0, 2.0, 3.0], angles=[90.0, 120.0, 150.0])
    proposal = proposed(rt.plan([beam]))
    assert (proposal.technique, proposal.arcs) == (Technique.VMAT, 1)


def test_gantry_that_reads_359_9_and_0_1_stands_still() -> None:
    beam = rt.beam(1, [1.0, 1.0, 1.0], angles=[359.9, 0.1, 0.0])
    assert proposed(rt.plan([beam])).fixed_beams == 1


def test_arc_without_leaf_positions_is_asked_about_unless_the_system_is_a_tomotherapy() -> None:
    bare = rt.beam(1, [None, None], angles=[0.0, 180.0], direction="CW")
    assert proposed(rt.plan([bare])).technique is Technique.UNKNOWN
    named = rt.plan([bare], Manufacturer="TomoTherapy Incorporated")
    assert proposed(named).technique is Technique.TOMOTHERAPY


def test_one_shape_is_conformal_and_jaws_alone_are_asked_about() -> None:
    assert proposed(rt.plan([rt.static(1), rt.static(2)])).technique is Technique.CONFORMAL_3D
    jaws_only = proposed(rt.plan([rt.open_field(1)]))
    assert jaws_only.technique is Technique.UNKNOWN
    assert "There are no leaf positions in the file. Is this 3D conformal or two-dimensional?" in questions(jaws_only)


def test_compensator_is_noted_and_its_purpose_asked() -> None:
    proposal = proposed(rt.plan([rt.static(1, NumberOfCompensators=1)]))
    assert proposal.has_compensator
    assert proposal.technique is Technique.UNKNOWN
    assert "Does the compensator modulate the beam (IMRT), or only make up for missing tissue?" in questions(proposal)


def test_electrons_alone_are_an_electron_plan_without_a_photon_isocenter() -> None:
    proposal = proposed(rt.plan([rt.electrons(1)]))
    assert (proposal.technique, proposal.isocenters) == (Technique.ELECTRON, None)


def test_electrons_beside_photons_are_warned_of_and_count_no_isocenter() -> None:
    proposal = proposed(rt.plan([rt.static(1), rt.moved(rt.electrons(2))]))
    assert proposal.isocenters == 1
    assert any("Photons and electrons are mixed" in warning for warning in warnings(proposal))


def test_isocenters_within_a_millimetre_are_one() -> None:
    near = [rt.static(1), rt.moved(rt.static(2), (0.9, 0.0, 0.0))]
    apart = [rt.static(1), rt.moved(rt.static(2), (1.1, 0.0, 0.0))]
    assert (proposed(rt.plan(near)).isocenters, proposed(rt.plan(apart)).isocenters) == (1, 2)


def test_isocenter_that_no_beam_names_is_asked_for() -> None:
    proposal = proposed(rt.plan([rt.moved(rt.static(1), ())]))
    assert proposal.isocenters is None
    assert "How many isocenters? The file names none." in questions(proposal)


def test_setup_and_port_film_beams_are_left_out_before_counting() -> None:
    beams = [rt.arc(1), rt.arc(2), rt.static(3, TreatmentDeliveryType="SETUP")]
    beams.append(rt.static(4, TreatmentDeliveryType="OPEN_PORTFILM"))
    proposal = proposed(rt.plan(beams))
    assert (proposal.arcs, proposal.fixed_beams, proposal.left_out) == (2, 0, 2)
    assert "2 beams left out: set-up, port film or without control points." in sentences(proposal)


def test_several_fraction_groups_are_counted_through_and_said() -> None:
    made = rt.plan([rt.sliding_window(number) for number in (1, 2, 3)])
    made.FractionGroupSequence = [rt.group(1, 26, [1]), rt.group(2, 10, [2]), rt.group(3, 13, [3])]
    proposal = proposed(made)
    assert proposal.fractions == 49
    assert [(group.first, group.beams) for group in proposal.groups] == [(1, (1,)), (27, (2,)), (37, (3,))]
    assert "3 fraction groups (26 + 10 + 13): are they phases of this one plan?" in questions(proposal)


def test_fractions_that_no_course_has_are_left_to_a_person() -> None:
    proposal = proposed(rt.imrt_plan(fractions=0))
    assert proposal.fractions is None
    assert any("planned fractions are missing" in warning for warning in warnings(proposal))


def test_few_fractions_of_a_high_dose_are_asked_about_as_stereotactic() -> None:
    proposal = proposed(rt.imrt_plan(fractions=5, dose_gy=50.0))
    assert "5 of 10 Gy: is this stereotactic (SBRT, or SRS in the brain)?" in questions(proposal)
    assert proposal.technique is Technique.IMRT
    assert not any("stereotactic" in question for question in questions(proposed(rt.imrt_plan())))


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("GATING", MotionManagement.GATING),
        ("BREATH_HOLD", MotionManagement.BREATH_HOLD),
        ("REALTIME", MotionManagement.TRACKING),
        ("NONE", MotionManagement.NONE),
    ],
)
def test_motion_management_is_taken_where_the_plan_states_it(told: str, meant: MotionManagement) -> None:
    made = rt.imrt_plan()
    made.add_new(0x300A0410, "SQ", [rt.filled(RespiratoryMotionCompensationTechnique=told)])
    assert proposed(made).motion is meant


def test_unapproved_plan_is_warned_of_and_taken() -> None:
    proposal = proposed(rt.imrt_plan(ApprovalStatus="UNAPPROVED"))
    assert warnings(proposal) == (
        "Approval status in the planning system: UNAPPROVED. Make sure that this is the plan treated.",
    )


def test_day_of_approval_in_the_planning_system_is_told_without_the_reviewer() -> None:
    proposal = proposed(rt.imrt_plan(ReviewDate="20260102", ReviewerName="Staff^Name"))
    assert sentences(proposal)[-1] == "Approved in the planning system on 2026-01-02."
    assert "Staff" not in repr(proposal)


@pytest.mark.parametrize("intent", ["VERIFICATION", "MACHINE_QA", "RESEARCH", "SERVICE"])
def test_plan_that_treats_no_patient_is_refused(intent: str) -> None:
    assert refused(rt.imrt_plan(PlanIntent=intent)).startswith(f"Plan intent {intent}: not a patient's treatment")


def test_rejected_plan_is_refused() -> None:
    assert "rejected this plan" in refused(rt.imrt_plan(ApprovalStatus="REJECTED"))


def test_protons_are_refused_because_no_rule_covers_them() -> None:
    ions = rt.imrt_plan()
    ions.IonBeamSequence = ions.BeamSequence
    del ions.BeamSequence
    assert refused(ions).startswith("Protons or ions: no charge rule covers them.")
    assert refused(rt.plan([rt.static(1, RadiationType="NEUTRON")])).startswith("Radiation NEUTRON")


def test_brachytherapy_is_refused_because_no_rule_covers_it() -> None:
    made = rt.imrt_plan(BrachyTreatmentType="HDR")
    assert refused(made).startswith("Brachytherapy: no charge rule covers it.")
    setups = rt.imrt_plan()
    setups.FractionGroupSequence[0].NumberOfBrachyApplicationSetups = 1
    assert refused(setups).startswith("Brachytherapy")


def test_plan_without_a_treatment_beam_is_refused() -> None:
    assert refused(rt.plan([rt.static(1, TreatmentDeliveryType="SETUP")])).startswith("No treatment beam")


def test_plan_without_a_patient_number_is_refused() -> None:
    assert refused(rt.imrt_plan(PatientID="")).startswith("The file names no patient")


def test_private_sop_class_of_a_vendor_is_taken_by_its_modality() -> None:
    assert proposed(rt.imrt_plan(SOPClassUID="1.2.246.352.70.1.70")).technique is Technique.IMRT


@pytest.mark.parametrize("explicit", [True, False])
def test_plan_without_preamble_is_taken(explicit: bool) -> None:
    data = rt.as_bytes(rt.imrt_plan(), preamble=False, explicit=explicit)
    assert read_plan(read_dicom(data)).technique is Technique.IMRT


def test_site_and_side_are_hints_from_the_typed_texts_and_said_to_be() -> None:
    proposal = proposed(rt.imrt_plan(RTPlanLabel="Lt Breast"))
    assert (proposal.site, proposal.laterality) == (Site.BREAST, Laterality.LEFT)
    assert "The site breast was only read from the plan's texts." in warnings(proposal)
    assert "Which site is treated? The file does not say." in questions(proposed(rt.imrt_plan()))


def test_side_of_a_beam_name_is_no_hint() -> None:
    made = rt.plan([rt.static(1, BeamName="LT LAT")])
    assert proposed(made).laterality is None


def test_earlier_plan_is_named() -> None:
    earlier = rt.filled(ReferencedSOPInstanceUID=rt.uid("before"), RTPlanRelationship="PRIOR")
    assert proposed(rt.imrt_plan(ReferencedRTPlanSequence=[earlier])).earlier_plans == (rt.uid("before"),)


def test_arcs_and_fixed_beams_together_are_asked_about() -> None:
    assert any(
        "Arcs and fixed beams" in question for question in questions(proposed(rt.plan([rt.arc(1), rt.static(2)])))
    )


def test_evidence_is_small_plain_and_has_no_patient_in_it() -> None:
    kept = evidence(proposed(rt.imrt_plan()))
    assert kept["groups"] == [{"number": 1, "first": 1, "fractions": 7, "beams": [1, 2, 3, 4]}]
    assert kept["beams"][0] == {"number": 1, "name": "Field 1", "kind": "fixed", "shapes": 20}  # type: ignore[index]
    assert not any(word in repr(kept) for word in ("Nobody", rt.MRN, "1958"))


def test_leaves_in_two_layers_are_one_shape() -> None:
    first = rt.filled(RTBeamLimitingDeviceType="MLCX1", LeafJawPositions=[-1.0, 1.0])
    second = rt.filled(RTBeamLimitingDeviceType="MLCX2", LeafJawPositions=[-2.0, 2.0])
    made = rt.static(1)
    made.ControlPointSequence[0].BeamLimitingDevicePositionSequence = [first, second]
    (beam,) = proposed(rt.plan([made])).beams
    assert isinstance(beam, Beam)
    assert beam.shapes == 1
