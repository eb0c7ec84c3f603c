"""The pages and the API of the codes: everything with its source and day, what is not loaded said, nothing made up."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing import policies
from billing.capture import capture_course
from billing.cms.faults import CodeFileRefused
from billing.cms.kinds import FileKind
from billing.codes.descriptors import described, load_descriptors
from billing.models import CodeDescriptor, DescriptorFile, FeeSchedule
from billing.policies import Settings, Wanted
from billing.reference import Wanted as WantedFile
from billing.reference import load_code_files
from billing.rules.facts import PolicyFacts
from patients.roles import Role
from patients.terms import NodesLevel
from tests import cast
from tests.captures import deliver, deliver_days, practice_fees, set_fee
from tests.cast import user
from tests.code_files import write_whole

pytestmark = pytest.mark.django_db
CODES = "/billing/codes/"
DESCRIPTORS = reverse("billing:descriptors")
NOTICE = "Made-up words, by permission of nobody, 2026"
WORDS = b"77301 Invented words of a plan\n77418 Invented words of an old delivery\n99213 Invented words of a visit\n"


def signed_in(role: Role = Role.BILLER) -> Client:
    client = Client()
    client.force_login(user(role))
    return client


def shown(address: str, **query: str) -> str:
    answer = signed_in().get(address, query)
    assert answer.status_code == 200, answer
    return " ".join(answer.content.decode().split())


@pytest.fixture
def loaded(tmp_path: Path) -> None:
    """Relative values, hospital rates, limits and pairs of July 2026."""
    kinds = (
        FileKind.RELATIVE_VALUES, FileKind.OPPS_RATES, FileKind.LIMITS_PRACTITIONER, FileKind.PAIRS_PRACTITIONER,
        FileKind.HCPCS_CODES,
    )  # fmt: skip
    load_code_files(wanted=[WantedFile(write_whole(tmp_path, kind)) for kind in kinds], by="tester")


# --- one code ---------------------------------------------------------------------------------------------------------


def test_the_page_of_77385_carries_what_the_users_page_carries_with_its_source() -> None:
    page = shown(f"{CODES}77385/")
    for words in (
        "IMRT delivery, simple",
        "31 Dec 2025",
        "not valid for Medicare, which takes another code",
        "XXX",
        "no global days",
        "technical only",
        "no reduction beside others of the day",
        "no payment for two sides",
        "an assistant is paid only with documentation",
        "no co-surgeons",
        "no team",
        "does not apply",
        "paid apart, not discounted when multiple",
        "oncology: radiation therapy",
        "Code-lookup page of 77385",
        "radiology, paid apart when it is part of a listed surgery",
        "prostate and breast",
        "added",
        "counted by day, by clinical benchmark",
        "Its code page says: 1.",
    ):
        assert words in page, words
    for code in ("77418", "77407", "77412", "77386", "G6015"):
        assert f"{CODES}{code}/" in page


def test_a_code_that_ended_is_spoken_of_on_its_last_day() -> None:
    page = shown(f"{CODES}77418/")
    assert "31 Dec 2014" in page and "therapeutic radiology" in page and "its short text was changed" in page
    later = shown(f"{CODES}77418/", on="2026-03-01")
    assert "Ended" in later and "31 Dec 2014, in force since 1 Jan 2002; told as of 1 Mar 2026" in later
    assert "not loaded: Relative values" in later


def test_what_is_not_loaded_says_so_and_where_to_load_it() -> None:
    page = shown(f"{CODES}77301/", on="2026-07-15")
    for words in ("not loaded: Relative values", "Not loaded: hospital outpatient rates", "No licensed descriptor",
                  "only the pairs that came with the program", reverse("billing:reference")):  # fmt: skip
        assert words in page, words
    assert "none of the files that can be loaded has it" in page
    assert "No schedule has a price for it" in page and "It was never charged here" in page


@pytest.mark.usefixtures("loaded")
def test_loaded_files_speak_first_and_are_named_with_their_line() -> None:
    page = shown(f"{CODES}77301/", on="2026-07-15")
    for words in ("PPRRVU2026_Jul_nonQPP.csv, line", "active: paid apart", "7.79", "$1,298.59", "5613",
                  "an assistant is paid only with documentation", "loaded files"):  # fmt: skip
        assert words in page, words
    assert "not loaded: Relative values" not in page
    before = shown(f"{CODES}77301/", on="2026-06-30")
    assert "not loaded: Relative values" in before and "PPRRVU2026" not in before


def test_pairs_are_paged_narrowed_and_say_which_code_is_paid() -> None:
    whole = shown(f"{CODES}77301/", on="2026-01-15")
    assert "25 of" in whole and "page=2" in whole
    narrowed = shown(f"{CODES}77301/", on="2026-01-15", partner="77014", claim="professional")
    assert "1 pair<" in narrowed and "77301 is paid" in narrowed
    assert "only warned of" not in narrowed
    assert "only warned of" in shown(f"{CODES}77407/", on="2026-01-15"), "read from a table of 2024 (M9)"
    assert "only warned of" not in shown(f"{CODES}77407/", on="2025-12-31")
    assert "No pair of it" in shown(f"{CODES}77301/", on="2026-01-15", partner="99999")


def test_prices_payers_findings_months_and_lines_are_the_practices_own() -> None:
    practice_fees()
    ada = cast.ada()
    deliver_days(ada, date(2025, 3, 4), 3)
    capture_course(course_id=ada.course.pk)
    nodes = Settings(PolicyFacts(nodes_level=NodesLevel.COMPLEX))
    policies.save_period(
        payer_id=ada.coverage.payer.pk, wanted=Wanted(date(2025, 1, 1), date(2025, 12, 31), nodes), reason="Letter",
        today=timezone.localdate(),
    )  # fmt: skip
    page = shown(f"{CODES}77385/")
    for words in ("Practice", "$845.00", "Complex, from 1 Jan 2025", "authorization-missing" if False else "4 Mar 2025",
                  "/billing/rules/L1/", "?code=77385&amp;state=all"):  # fmt: skip
        assert words in page, words
    assert "Adler" not in page and ada.course.patient.last_name not in page


def test_the_number_of_statements_is_fixed() -> None:
    schedule = practice_fees()
    client = signed_in()
    ada = cast.ada()
    deliver_days(ada, date(2025, 3, 4), 2)
    capture_course(course_id=ada.course.pk)

    def statements(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    addresses = (f"{CODES}77385/", CODES, f"{CODES}?q=imrt")
    assert client.get(CODES).status_code == 200  # who is signed in is asked more than once the first time
    few = {address: statements(address) for address in addresses}
    other = FeeSchedule.objects.create(name="Other", payer=cast.commercial())
    set_fee(other, "77385", "800.00")
    for number in range(20):
        set_fee(schedule, f"992{number:02}", "50.00")
    for number, day in enumerate(("2025-03-17", "2025-03-18", "2025-03-19", "2025-03-20"), 3):
        deliver(ada, f"{day} 09:00", number=number)
    capture_course(course_id=ada.course.pk)
    assert {address: statements(address) for address in few} == few
    assert all(count <= 24 for count in few.values()), few


@pytest.mark.usefixtures("loaded")
def test_unknown_codes_are_not_found_and_small_letters_are_led_on() -> None:
    client = signed_in()
    assert client.get(f"{CODES}00000/").status_code == 404
    partner = client.get(f"{CODES}77301/", {"on": "2026-07-15"}).context["page_obj"][0].partner
    assert client.get(f"{CODES}{partner}/", {"on": "2026-07-15"}).status_code == 200, "a code that only pairs name"
    assert client.get(f"{CODES}7738%00/").status_code == 404
    assert client.get(f"{CODES}g6015/").headers["Location"] == f"{CODES}G6015/"


# --- searching --------------------------------------------------------------------------------------------------------


def test_a_search_finds_by_beginning_and_by_all_words() -> None:
    words = shown(CODES, q="imrt delivery")
    assert ">77385<" in words and ">G6015<" in words and ">77301<" not in words
    begins = shown(CODES, q="7738")
    assert ">77385<" in begins and ">77386<" in begins and ">77418<" not in begins
    assert "No code found" in shown(CODES, q="zzz")
    assert signed_in().get(CODES, {"q": "77385"}).headers["Location"] == f"{CODES}77385/"
    assert ">77427<" in shown(CODES, family="management") and ">77385<" not in shown(CODES, family="management")


def test_a_search_finds_what_only_prices_or_loaded_files_name(tmp_path: Path) -> None:
    set_fee(practice_fees({}), "99213", "90.00")
    assert "not in the rules" in shown(CODES, q="9921")
    assert ">J1100<" not in shown(CODES, q="dexamethasone")
    load_code_files(wanted=[WantedFile(write_whole(tmp_path, FileKind.HCPCS_CODES))], by="tester")
    on = {"on": "2026-07-15"}
    assert "HCPCS Level II: Delivery with beams" in shown(f"{CODES}G6015/", **on)
    assert ">J1100<" in shown(CODES, q="dexamethasone", **on) and "HCPCS file" in shown(CODES, q="J11", **on)
    assert "Dexamethasone" in shown(f"{CODES}J1100/", **on)


# --- descriptors of a licence -----------------------------------------------------------------------------------------


def loaded_words(content: bytes = WORDS, day: date = date(2014, 1, 1), notice: str = NOTICE) -> DescriptorFile:
    return load_descriptors(content=content, name="words.txt", effective_from=day, notice=notice, by="tester").file


def test_a_descriptor_is_shown_beside_the_own_name_with_its_notice_and_goes_with_its_file() -> None:
    assert "Invented" not in shown(f"{CODES}77418/")
    file = loaded_words()
    page = shown(f"{CODES}77418/")
    assert "IMRT delivery, any fields or arcs" in page
    assert "Invented words of an old delivery" in page and NOTICE in page
    assert "Invented" not in shown(f"{CODES}77418/", on="2013-12-31"), "before its first day an edition says nothing"
    assert ">99213<" in shown(CODES, q="invented visit")
    manager = signed_in(Role.BILLING_MANAGER)
    address = reverse("billing:descriptors-remove", args=[file.pk])
    assert "is removed" in manager.post(address, follow=True).content.decode()
    assert "not loaded any more" in manager.post(address, follow=True).content.decode()
    assert not CodeDescriptor.objects.exists() and "Invented" not in shown(f"{CODES}77418/")


def test_the_same_file_changes_nothing_and_one_of_the_same_day_takes_its_place() -> None:
    first = loaded_words()
    assert loaded_words().pk == first.pk
    second = loaded_words(WORDS.replace(b"Invented", b"Coined"))
    assert second.pk != first.pk and DescriptorFile.objects.count() == 1
    loaded_words(WORDS.replace(b"Invented", b"Later"), date(2015, 1, 1))
    found = described(code="77301", on=date(2014, 12, 31)), described(code="77301", on=date(2020, 1, 1))
    assert [one and one.descriptor.split()[0] for one in found] == ["Coined", "Later"]


def test_a_file_with_a_fault_is_refused_whole_with_all_its_faults() -> None:
    with pytest.raises(CodeFileRefused) as refused:
        loaded_words(b"77301 Words\n\nnot a code\n77301 Other words\n", notice=" ")
    assert len(refused.value.faults) == 3 and "no licence notice" in refused.value.faults[0]
    assert not DescriptorFile.objects.exists()
    upload = SimpleUploadedFile("words.txt", b"77301 Words\nnot a code\n")
    said = {"upload": upload, "effective_from": "2026-01-01", "notice": NOTICE}
    answer = signed_in(Role.ADMINISTRATOR).post(DESCRIPTORS, said)
    assert answer.status_code == 422 and "line 2: does not begin with a code" in answer.content.decode()
    assert not DescriptorFile.objects.exists()


def test_billing_managers_load_by_page_and_by_command_nobody_else_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"effective_from": "2026-01-01", "notice": NOTICE}
    assert (
        signed_in(Role.BILLER).post(DESCRIPTORS, {**said, "upload": SimpleUploadedFile("w.txt", WORDS)}).status_code
        == 403
    )
    manager = signed_in(Role.BILLING_MANAGER)
    answer = manager.post(DESCRIPTORS, {**said, "upload": SimpleUploadedFile("w.txt", WORDS)}, follow=True)
    assert "Loaded the descriptors of 3 codes" in answer.content.decode()
    path = tmp_path / "words.txt"
    path.write_bytes(WORDS)
    call_command("load_descriptors", str(path), "--effective", "2027-01-01", "--notice", NOTICE)
    assert "descriptors of 3 codes from 2027-01-01: loaded" in capsys.readouterr().out
    call_command("load_descriptors", "--remove", "2027-01-01")
    assert list(DescriptorFile.objects.values_list("effective_from", flat=True)) == [date(2026, 1, 1)]
    with pytest.raises(SystemExit) as refused:
        call_command("load_descriptors", str(path), "--effective", "2027-01-01")
    assert refused.value.code == 2 and "Nothing was loaded" in capsys.readouterr().err


# --- API --------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("loaded")
def test_the_api_searches_and_tells_the_same_of_a_code() -> None:
    client = signed_in()
    found = client.get("/api/v1/codes/", {"q": "imrt delivery"}).json()
    assert {"77385", "77386", "77418"} <= {one["code"] for one in found["results"]}
    told = client.get("/api/v1/codes/77418/").json()
    assert (told["on"], told["is_in_force"], told["family"]) == ("2014-12-31", True, "delivery")
    status = next(one for one in told["indicators"] if one["name"] == "status")
    assert status["said"][0]["value"] == "A" and status["said"][0]["source"].startswith("Code-lookup page of 77418")
    assert told["periods"][0]["replaced_by"] == ["77385", "77386", "G6015"]
    assert [one["what"] for one in told["history"]] == ["added", "text_changed", "short_text_changed", "deleted"]
    assert told["licensed_descriptor"] is None and told["hospital_rate"] is None
    rated = client.get("/api/v1/codes/77301/", {"on": "2026-07-15"}).json()
    assert rated["hospital_rate"]["apc"] == "5613" and rated["relative_values"][0]["modifier"] == ""
    assert client.get("/api/v1/codes/00000/").status_code == 404
    assert client.get("/api/v1/codes/77301/", {"on": "soon"}).status_code == 400
    assert signed_in(Role.THERAPIST).get("/api/v1/codes/").status_code == 403
