"""Registering patients and coverages: every fault at its field, no patient twice, no two coverages of one rank."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from patients import registration
from patients.models import Coverage, Patient
from tests import cast

pytestmark = pytest.mark.django_db


def faults(caught: pytest.ExceptionInfo[ValidationError]) -> dict[str, list[str]]:
    return caught.value.message_dict


def test_a_patient_is_registered_under_the_record_number_in_one_spelling() -> None:
    patient = registration.admit_patient(mrn=" e-1005 ", last_name="Ellis", birth_date=date(1960, 2, 29), sex="F")
    assert (patient.mrn, patient.last_name) == ("E-1005", "Ellis")
    with pytest.raises(ValidationError) as caught:
        registration.admit_patient(mrn="E-1005", last_name="Other")
    assert faults(caught) == {"mrn": ["A patient with this MRN is registered. Look the patient up instead."]}
    assert Patient.objects.count() == 1


def test_a_faulty_patient_is_refused_with_every_fault() -> None:
    with pytest.raises(ValidationError) as caught:
        registration.admit_patient(mrn="A|1", last_name="", state="ZZ", zip_code="1", birth_date=date(1850, 1, 1))
    assert set(faults(caught)) == {"mrn", "last_name", "state", "zip_code", "birth_date"}
    assert Patient.objects.count() == 0


def test_a_patient_is_corrected_but_not_to_anothers_number() -> None:
    ada = cast.ada()
    cast.boris()
    with pytest.raises(ValidationError, match="A patient with this MRN is registered"):
        registration.correct_patient(patient=ada.patient, mrn="b-1002", last_name="Abbott")
    ada.patient.refresh_from_db()
    corrected = registration.correct_patient(patient=ada.patient, mrn="A-1001", last_name="Abbot", phone="6175550111")
    assert (corrected.last_name, corrected.first_name, corrected.phone) == ("Abbot", "Ada", "6175550111")


def test_a_second_coverage_of_a_rank_is_refused_unless_the_first_ends() -> None:
    ada = cast.ada()
    with pytest.raises(ValidationError) as caught:
        registration.add_coverage(
            patient=ada.patient, payer=cast.medicare(), member_id="1EG4", effective_from=date(2025, 7, 1)
        )
    assert faults(caught) == {
        "effective_from": [
            "A primary coverage stands from 2010-01-01 on, without an end. End it the day before this one."
        ]
    }
    registration.add_coverage(
        patient=ada.patient, payer=cast.medicare(), member_id="1EG4", effective_from=date(2025, 7, 1),
        ends_previous=True,
    )  # fmt: skip
    assert list(Coverage.objects.order_by("effective_from").values_list("effective_from", "effective_to")) == [
        (date(2010, 1, 1), date(2025, 6, 30)),
        (date(2025, 7, 1), None),
    ]


def test_a_refused_coverage_leaves_the_present_one_open() -> None:
    ada = cast.ada()
    with pytest.raises(ValidationError):
        registration.add_coverage(
            patient=ada.patient, payer=cast.medicare(), member_id="", effective_from=date(2025, 7, 1),
            relationship="spouse", ends_previous=True,
        )  # fmt: skip
    assert Coverage.objects.get().effective_to is None


@pytest.mark.parametrize("first", [date(1, 1, 1), date(26, 7, 1), date(9999, 12, 31)])
def test_a_coverage_of_a_year_that_nobody_means_is_refused_with_its_other_faults(first: date) -> None:
    ada = cast.ada()
    with pytest.raises(ValidationError) as caught:
        registration.add_coverage(
            patient=ada.patient, payer=cast.medicare(), member_id="1EG4", effective_from=first, ends_previous=True,
            relationship="spouse", subscriber_last_name="Abbott", subscriber_birth_date=date(59, 4, 2),
        )  # fmt: skip
    assert set(faults(caught)) == {"effective_from", "subscriber_birth_date"}
    assert f"No coverage begins in the year {first.year}" in faults(caught)["effective_from"][0]
    assert Coverage.objects.get().effective_to is None


def test_a_dependants_coverage_names_its_subscriber() -> None:
    ada = cast.ada()
    with pytest.raises(ValidationError) as caught:
        registration.add_coverage(
            patient=ada.patient, payer=cast.medicare(), member_id=" ", rank="secondary", relationship="child",
            effective_from=date(2025, 7, 1), effective_to=date(2025, 6, 1),
        )  # fmt: skip
    assert set(faults(caught)) == {"member_id", "subscriber_last_name", "effective_to"}


def test_a_coverage_is_ended_and_the_patients_revision_rises() -> None:
    ada = cast.ada()
    ada.patient.refresh_from_db()
    before = ada.patient.revision
    registration.correct_coverage(
        coverage=ada.coverage, payer=ada.coverage.payer, member_id="MA1001", effective_from=date(2010, 1, 1),
        effective_to=date(2025, 12, 31),
    )  # fmt: skip
    ada.patient.refresh_from_db()
    assert ada.patient.revision > before
