"""Where a facility treats, if not at its billing address: whole or absent, and never a reason to capture again."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from patients.models import Facility
from tests import cast
from tests.history import history_of

pytestmark = pytest.mark.django_db

ANNEX = {
    "service_name": "Harbor Annex", "service_street": "9 Quay Road", "service_city": "Quincy", "service_state": "MA",
    "service_zip_code": "021691234",
}  # fmt: skip


def located(**values: Any) -> Facility:
    center = cast.center()
    Facility.objects.filter(pk=center.pk).update(**values)
    center.refresh_from_db()
    return center


@pytest.mark.parametrize("missing", list(ANNEX))
def test_half_a_service_location_is_refused_by_form_and_database(missing: str) -> None:
    half = {name: value for name, value in ANNEX.items() if name != missing}
    with pytest.raises(IntegrityError, match="facility_service_location_is_whole_or_absent"), transaction.atomic():
        located(**half)
    facility = cast.center()
    for name, value in half.items():
        setattr(facility, name, value)
    with pytest.raises(ValidationError) as refused:
        facility.full_clean()
    assert list(refused.value.message_dict) == [missing]
    assert "all of them, or nothing" in refused.value.message_dict[missing][0]


def test_npi_alone_is_no_service_location() -> None:
    with pytest.raises(IntegrityError, match="facility_service_location_is_whole_or_absent"), transaction.atomic():
        located(service_npi="1234567893")
    assert located(**ANNEX, service_npi="1234567893").service_npi == "1234567893"


def test_service_location_is_in_the_history_and_raises_no_revision() -> None:
    before = cast.center().revision
    assert located(**ANNEX).revision == before
    assert [row.service_name for row in history_of(cast.center())] == ["", "Harbor Annex"]
    assert located(**ANNEX | {"service_name": ANNEX["service_name"]}, npi="1234567893").revision == before + 1
