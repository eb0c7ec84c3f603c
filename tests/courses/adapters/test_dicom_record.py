"""What a treatment record says was delivered. No database."""

from datetime import timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from pydicom.dataset import Dataset

from courses.adapters.dicom_file import DicomPassedBy, DicomRefused, read_dicom
from courses.adapters.dicom_record import TreatmentRecord, read_record
from tests.courses.adapters import rt_files as rt

NINE = "20260105 091000"


def recorded(record: Dataset) -> TreatmentRecord:
    return read_record(read_dicom(rt.as_bytes(record)))


def refused(record: Dataset) -> str:
    with pytest.raises(DicomRefused) as caught:
        recorded(record)
    return str(caught.value)


def test_record_gives_its_beams_with_metersets_and_endings() -> None:
    record = recorded(
        rt.record("r1", fraction=2, at=NINE, beams=[rt.delivered(1), rt.delivered(2, 37.6, status="MACHINE")])
    )
    assert (record.plan_uid, record.group, record.machine) == (rt.uid("plan"), 1, "TrueBeam 1")
    assert [(beam.number, beam.fraction, beam.termination) for beam in record.beams] == [
        (1, 2, "NORMAL"),
        (2, 2, "MACHINE"),
    ]
    assert (record.beams[1].specified, record.beams[1].delivered) == (Decimal("100.0"), Decimal("37.6"))
    assert record.beams[0].begins_at.isoformat() == "2026-01-05T09:10:00"


def test_operators_names_are_not_read() -> None:
    assert "Staff" not in repr(recorded(rt.whole_fraction("r1", fraction=1, at=NINE)))


def test_port_film_alone_is_passed_by() -> None:
    film = rt.record("film", fraction=None, at=NINE, beams=[rt.delivered(1, kind="OPEN_PORTFILM")])
    with pytest.raises(DicomPassedBy, match="Port films or set-up alone"):
        recorded(film)


def test_port_film_beside_treatment_is_left_out() -> None:
    beams = [rt.delivered(9, kind="TRMT_PORTFILM"), rt.delivered(1)]
    record = recorded(rt.record("r1", fraction=1, at=NINE, beams=beams))
    assert ([beam.number for beam in record.beams], record.left_out) == ([1], 1)


def test_missing_ending_is_unknown() -> None:
    assert recorded(rt.record("r1", fraction=1, at=NINE, beams=[rt.delivered(1, status="")])).beams[0].termination == (
        "UNKNOWN"
    )


def test_fraction_zero_is_no_fraction() -> None:
    assert recorded(rt.record("r1", fraction=0, at=NINE, beams=[rt.delivered(1)])).beams[0].fraction is None


def test_control_points_tell_when_a_beam_began_and_ended_and_what_it_gave() -> None:
    beam = rt.delivered(1)
    del beam.SpecifiedPrimaryMeterset, beam.DeliveredPrimaryMeterset
    beam.ControlPointDeliverySequence = [
        rt.filled(
            TreatmentControlPointDate="20260105", TreatmentControlPointTime=at, SpecifiedMeterset=meterset,
            DeliveredMeterset=meterset,
        )
        for at, meterset in (("091530", 0), ("091610.25", 88))
    ]  # fmt: skip
    (read,) = recorded(rt.record("r1", fraction=1, at=NINE, beams=[beam])).beams
    assert (read.begins_at.time().isoformat(), read.ends_at.time().isoformat()) == ("09:15:30", "09:16:10")
    assert (read.specified, read.delivered) == (Decimal("88.0"), Decimal("88.0"))


def test_times_are_of_the_departments_clock_unless_the_record_states_its_own() -> None:
    department = ZoneInfo("America/Chicago")
    assert recorded(rt.whole_fraction("r1", fraction=1, at=NINE)).clock_zone(department) is department
    told = recorded(rt.whole_fraction("r1", fraction=1, at=NINE, TimezoneOffsetFromUTC="-0330"))
    assert told.clock_zone(department) == timezone(-timedelta(hours=3, minutes=30))


def test_record_without_day_or_time_is_refused() -> None:
    assert refused(rt.whole_fraction("r1", fraction=1, at=" 091000")).startswith("TreatmentDate is missing")
    assert refused(rt.whole_fraction("r1", fraction=1, at="99991231 235900")).startswith("TreatmentDate is missing")
    assert refused(rt.whole_fraction("r1", fraction=1, at="19010101 091000")).startswith("TreatmentDate is missing")
    assert refused(rt.whole_fraction("r1", fraction=1, at="20260105 ")).startswith("TreatmentTime is missing")


def test_record_of_no_or_two_plans_is_refused() -> None:
    assert refused(rt.whole_fraction("r1", fraction=1, at=NINE, ReferencedRTPlanSequence=[])).startswith(
        "The record names 0 plans"
    )


def test_proton_and_brachytherapy_records_are_refused() -> None:
    ions = rt.whole_fraction("r1", fraction=1, at=NINE)
    ions.add_new(0x30080021, "SQ", [rt.delivered(1)])
    assert refused(ions).startswith("Protons or ions")
    brachy = rt.whole_fraction("r1", fraction=1, at=NINE)
    brachy.add_new(0x30080110, "SQ", [rt.delivered(1)])
    assert refused(brachy).startswith("Brachytherapy")


def test_summary_without_beams_is_refused() -> None:
    assert refused(rt.record("r1", fraction=1, at=NINE, beams=[])).startswith("The record holds no beam")


def test_impossible_meterset_is_refused() -> None:
    assert refused(rt.record("r1", fraction=1, at=NINE, beams=[rt.delivered(1, -5)])).endswith(
        "is -5: impossible. Enter this session by hand."
    )
