"""The biller's lists as files: the rows of their pages, harmless to a spreadsheet, kept by no cache."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import LedgerEntry, StandingFinding
from billing.views.csv_answer import cell_text
from billing.views.lists_csv import LISTS
from patients.models import Patient
from patients.roles import Role
from tests import cast
from tests.exports import export, line, partner, patient, released_line
from tests.remittances import Pays, answered, edi, post_file

pytestmark = pytest.mark.django_db


def rows_of(client: Client, name: str, query: str = "") -> list[dict[str, str]]:
    """The rows of a list."""
    answer = client.get(reverse("billing:list-csv", args=[name]) + query)
    assert answer.status_code == 200, name
    assert answer["Content-Disposition"] == f'attachment; filename="{name}.csv"'
    assert answer["Cache-Control"] == "no-store, private"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def auditor() -> Client:
    """Who reads money and decides nothing."""
    client = Client()
    client.force_login(cast.user(Role.AUDITOR))
    return client


def test_every_list_is_handed_out_and_what_it_holds_is_what_its_page_holds(auditor: Client) -> None:
    partner()
    sent = [released_line(patient(n)) for n in (1, 2)]
    export()
    claim = sent[0].claim_lines.select_related("claim").get().claim
    unknown = answered(sent[1].claim_lines.select_related("claim").get().claim)
    stranger = type(unknown)("NOBODY", unknown.lines, payer_number="X1")
    post_file(edi(Pays([answered(claim, refused="197"), stranger])))
    waiting = line(patient(3))
    StandingFinding.objects.create(
        course=waiting.course, severity="hold", code="no-rule", message="No rule", service_on=waiting.service_on
    )
    found = {name: rows_of(auditor, name, "?group=all" if name == "lines" else "") for name in LISTS}
    assert [row["line"] for row in found["lines"]] == [str(waiting.pk)]
    assert [row["code"] for row in found["without-line"]] == ["no-rule"]
    assert [(row["reason"], row["claim"]) for row in found["denials"]] == [("CO-197", claim.control_number)]
    assert len(found["claims"]) == 2
    assert [row["claims"] for row in found["files"]] == ["2"]
    assert len(found["receipts"]) == 1
    assert [(row["claims"], row["not matched"]) for row in found["remittances"]] == [("2", "1")]
    assert [row["number as given"] for row in found["unmatched"]] == ["NOBODY"]
    assert found["corrections"] == found["next-payers"] == found["authorizations"] == []


def test_filters_of_the_page_narrow_the_file(auditor: Client) -> None:
    both = [line(patient(1)), line(patient(2), code="77301")]
    assert rows_of(auditor, "lines") == []  # as on the page: what needs nobody is folded
    assert len(rows_of(auditor, "lines", "?group=all")) == 2
    assert [row["code"] for row in rows_of(auditor, "lines", "?group=all&code=77301")] == ["77301"]
    assert len(rows_of(auditor, "lines", f"?group=clean&course={both[0].course_id}")) == 1


def test_name_that_begins_like_a_formula_stays_a_name(auditor: Client) -> None:
    entry = line(patient(1))
    Patient.objects.filter(pk=entry.course.patient_id).update(last_name="=HYPERLINK", first_name="+1")
    (row,) = rows_of(auditor, "lines", "?group=all")
    assert row["patient"] == "'=HYPERLINK, +1"
    assert [cell_text(text) for text in ("-2", " @x", "\tx", "a=b")] == ["'-2", "' @x", "'\tx", "a=b"]


def test_file_of_many_lines_takes_no_query_a_line(auditor: Client, django_assert_max_num_queries: object) -> None:
    one = patient(1)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            kind="charge", course=one.course, line_key=f"delivery/{n}", family="delivery", code="77386", units=1,
            service_on="2026-03-02", claim_kind="professional", place_of_service="11", rule="S1",
        )
        for n in range(120)
    )  # fmt: skip
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        assert len(rows_of(auditor, "lines", "?group=all")) == 120


def test_list_that_is_not_there_is_not_found_and_clinical_roles_get_none(auditor: Client) -> None:
    assert auditor.get(reverse("billing:list-csv", args=["patients"])).status_code == 404
    therapist = Client()
    therapist.force_login(cast.user(Role.THERAPIST))
    assert therapist.get(reverse("billing:list-csv", args=["lines"])).status_code == 403
