"""Files that are cut, flipped, hostile or something else: each is refused in words, none ends in a traceback."""

from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import DeflatedExplicitVRLittleEndian

from courses.adapters import dicom_file
from courses.adapters.dicom_file import DicomPassedBy, DicomRefused, kind_of, read_dicom
from courses.adapters.dicom_plan import read_plan
from courses.adapters.dicom_proposal import PlanProposal, evidence
from courses.adapters.dicom_record import TreatmentRecord, read_record
from tests.courses.adapters import rt_files as rt

PLAN = rt.as_bytes(rt.plan([rt.step_and_shoot(1, 3), rt.arc(2, 3)]))
BARE_PLAN = rt.as_bytes(rt.plan([rt.step_and_shoot(1, 3)]), preamble=False, explicit=False)
RECORD = rt.as_bytes(rt.whole_fraction("r1", fraction=1, at="20260105 091000"))
FILES = st.sampled_from([PLAN, BARE_PLAN, RECORD])
BOUNDED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(data: bytes) -> PlanProposal | TreatmentRecord | None:
    """Read the file as the import does; None: it was refused."""
    try:
        dataset = read_dicom(data)
        return read_plan(dataset) if kind_of(dataset) == dicom_file.PLAN else read_record(dataset)
    except DicomRefused as refusal:
        assert str(refusal).endswith(".")
        return None


@BOUNDED
@given(data=FILES, part=st.floats(0, 1, exclude_max=True))
def test_no_cut_file_is_taken_for_a_whole_one(data: bytes, part: float) -> None:
    whole, cut = read(data), read(data[: int(len(data) * part)])
    assert whole is not None
    # Cut exactly between two elements a file is a shorter one; what it lacks then is never a beam.
    assert cut is None or cut.beams == whole.beams


@BOUNDED
@given(data=FILES, flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1, max_size=4))
def test_no_flipped_byte_raises_anything_but_the_refusal(data: bytes, flips: list[tuple[int, int]]) -> None:
    damaged = bytearray(data)
    for place, bits in flips:
        damaged[place % len(damaged)] ^= bits
    answer = read(bytes(damaged))
    if isinstance(answer, PlanProposal):
        # What is stored of it must be text that the database takes.
        assert "\x00" not in repr(evidence(answer)).encode().decode("unicode_escape", "replace")


@BOUNDED
@given(noise=st.binary(max_size=400))
def test_noise_is_refused(noise: bytes) -> None:
    assert read(noise) is None
    assert read(bytes(128) + b"DICM" + noise) is None


def test_empty_file_text_and_image_are_each_told_apart(tmp_path: Path) -> None:
    for data in (b"", b"# A plan, or so its name says\n" * 50):
        with pytest.raises(DicomRefused, match="Not a DICOM file"):
            read_dicom(data)
    image = rt.saved(rt.filled(SOPInstanceUID=rt.uid("ct"), Modality="CT", PatientID="X"), tmp_path / "ct.dcm")
    with pytest.raises(DicomPassedBy, match="Modality CT: neither an RT Plan nor a treatment record"):
        read_dicom(image)


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DicomRefused, match="cannot be opened: No such file"):
        read_dicom(tmp_path / "gone.dcm")


def test_deflated_file_is_refused_before_it_is_inflated() -> None:
    dataset = pydicom.dcmread(BytesIO(RECORD))
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    with pytest.raises(DicomRefused, match="Deflated DICOM is not taken"):
        read_dicom(buffer.getvalue())


def test_plan_larger_than_any_plan_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dicom_file, "LARGEST_BYTES", len(PLAN) - 1)
    path = tmp_path / "large.dcm"
    path.write_bytes(PLAN)
    for source in (PLAN, path):
        with pytest.raises(DicomRefused, match="no plan or record is"):
            read_dicom(source)


def test_sequences_nested_without_end_are_refused() -> None:
    inner = rt.filled(PatientID="X")
    for _ in range(200):
        inner = rt.filled(ReferencedRTPlanSequence=[inner])
    hostile = rt.imrt_plan(ReferencedRTPlanSequence=[inner])
    with pytest.raises(DicomRefused):
        read_dicom(rt.as_bytes(hostile))


def test_control_characters_in_a_label_do_not_reach_the_plan() -> None:
    labelled = rt.as_bytes(rt.imrt_plan(RTPlanLabel="P\x001\x07"))
    proposal = read(labelled)
    assert isinstance(proposal, PlanProposal)
    assert proposal.label == "P1"
