"""Whatever is sent to the API, what is wrong with it is named in a problem document; the server never fails of it."""

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from patients.roles import Role
from tests import cast
from tests.oncocharge.api_client import client_of

pytestmark = pytest.mark.django_db
SEARCH, TOKEN, PASSWORD = "/api/v1/patients/search/", "/api/v1/token/", "right horse battery 12"
BIG = b'{"mrn": "' + b"1" * 3_000_000 + b'"}'
NO_ID = [
    ("coverages/", "patient"), ("courses/", "patient"), ("plans/", "course"), ("events/", "course"),
    ("sessions/", "resumes"), ("estimates/planned/", "facility"),
]  # fmt: skip
UNREADABLE = {
    "half a character": (SEARCH, b'{"last_name": "\\ud800"}', 400, "last_name"),
    "half a character in a choice": ("/api/v1/patients/", b'{"sex": "\\ud800"}', 400, "sex"),
    "half a character as a key": ("/api/v1/estimates/planned/", b'{"\\ud800": 1}', 400, "\\ud800"),
    "an endless number far inside": (SEARCH, b'{"a": [{"b": NaN}, {"b": 1e400}]}', 400, "a.1.b"),
    "a number alone": (SEARCH, b"1e400", 400, "too large"),
    "five thousand digits": (SEARCH, b'{"mrn": ' + b"9" * 5000 + b"}", 400, "digits"),
    "lists in lists": (TOKEN, b"[" * 200_000, 400, "deep"),
    "lists in lists that close": (SEARCH, b"[" * 60 + b"]" * 60, 400, "deep"),
    "too much": ("/api/v1/estimates/", BIG, 413, "2,621,440"),
    "too much of a stranger": (TOKEN, BIG, 413, "2,621,440"),
    "no text": (SEARCH, b'{"mrn": "\xff"}', 400, "byte 10"),
    "no JSON": (SEARCH, b"{", 400, "JSON"),
}


@pytest.fixture
def clerk() -> APIClient:
    client = client_of(Role.ADMINISTRATOR)
    client.raise_request_exception = False
    return client


def _told(answer: object) -> str:
    """Return what a problem document says; fail if the answer is none."""
    assert answer["Content-Type"] == "application/problem+json"  # type: ignore[index]
    body = answer.json()  # type: ignore[attr-defined]
    assert body["status"] == answer.status_code  # type: ignore[attr-defined]
    return " ".join([body["detail"], *(f"{fault['field']} {fault['message']}" for fault in body.get("errors", ()))])


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_and_named(clerk: APIClient, name: str) -> None:
    address, body, status, word = UNREADABLE[name]
    answer = clerk.post(address, body, content_type="application/json")
    assert answer.status_code == status
    assert word in _told(answer)


@pytest.mark.parametrize(("address", "field"), NO_ID)
def test_a_number_without_end_is_no_id(clerk: APIClient, address: str, field: str) -> None:
    body = f'{{"{field}": 1e400}}'.encode()
    answer = clerk.post(f"/api/v1/{address}", body, content_type="application/json")
    assert answer.status_code == 400
    assert f"{field} This number" in _told(answer)


@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
@pytest.mark.parametrize("encoding", ["punycode", "hex", "bz2", "utf-16"])
def test_only_utf8_is_read(clerk: APIClient, kind: str, encoding: str) -> None:
    answer = clerk.post(SEARCH, b"mrn=1", content_type=f"{kind}; charset={encoding}")
    assert answer.status_code == 415
    assert "UTF-8" in _told(answer)


@pytest.mark.parametrize(
    ("address", "accept", "status"),
    [
        ("/api/v1/patients/2000000000/", "text/html", 404),
        ("/api/v1/nothing/here/", "text/html", 404),
        ("/api/v1/", "*/*", 404),
        ("/api/v1/charges/?state=%00", "text/html", 400),
        ("/api/v1/schema/?format=zip", "application/yaml", 404),
        ("/api/v1/patients/", "application/xml", 406),
    ],
)
def test_an_error_is_what_its_label_says_whatever_was_asked_for(
    clerk: APIClient, address: str, accept: str, status: int
) -> None:
    answer = clerk.get(address, headers={"Accept": accept})
    assert answer.status_code == status
    assert _told(answer)


def test_a_reader_still_gets_pages_and_an_address_without_its_slash_is_led_on(clerk: APIClient) -> None:
    for address in ("/api/v1/patients/", "/api/v1/codes/"):
        page = clerk.get(address, headers={"Accept": "text/html"})
        assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8"), address
    assert clerk.get("/api/v1/patients")["Location"] == "/api/v1/patients/"


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("courses/?is_open=abc", "is_open"),
        ("courses/?nonsense=abc", "nonsense"),
        ("coverages/?patint=5", "patint"),
        ("patients/?mrn=5", "mrn"),
        ("plans/?corse=5", "corse"),
        ("plans/?course=abc", "course"),
        ("charges/?is_claimed=perhaps&is_reversed=no", "is_claimed"),
        ("codes/?fmily=imrt", "fmily"),
        ("codes/77427/?day=2026-01-01", "day"),
    ],
)
def test_a_filter_that_nobody_knows_or_can_read_is_named_and_gives_no_rows(
    clerk: APIClient, address: str, field: str
) -> None:
    answer = clerk.get(f"/api/v1/{address}")
    assert answer.status_code == 400
    assert field in {fault["field"] for fault in answer.json()["errors"]}


def test_filters_that_are_known_narrow_beside_page_and_format(clerk: APIClient) -> None:
    ada = cast.ada()
    open_ones = clerk.get(f"/api/v1/courses/?patient={ada.course.patient_id}&is_open=true&page=1&format=json")
    assert [row["id"] for row in open_ones.json()["results"]] == [ada.course.pk]
    assert clerk.get("/api/v1/courses/?is_open=false").json()["count"] == 0


def test_a_key_of_an_event_or_authorization_is_one_for_all_courses(clerk: APIClient) -> None:
    first, other, key = cast.ada().course, cast.dora().course, {"Idempotency-Key": "k1"}
    for client, address, body in (
        (client_of(Role.PHYSICIST), "/api/v1/events/", {"family": "physics_check", "on": str(other.opened_on)}),
        (client_of(Role.BILLER), "/api/v1/authorizations/", {
            "codes": ["77427"], "units": 5, "effective_from": "2025-03-01", "effective_to": "2025-12-31",
            "number": "A1",
        }),
    ):  # fmt: skip
        made = [client.post(address, {**body, "course": course.pk}, headers=key) for course in (first, first, other)]
        assert [answer.status_code for answer in made] == [201, 200, 409], [answer.content for answer in made]
        assert "course" in _told(made[2])


@pytest.fixture
def bob() -> User:
    user = cast.user(Role.BILLER, "bob")
    user.set_password(PASSWORD)
    user.save()
    return user


def _ask(password: str = PASSWORD, name: str = "bob") -> object:
    return APIClient(raise_request_exception=False).post(TOKEN, {"username": name, "password": password})


def test_a_name_longer_than_any_is_refused_at_each_door(bob: User) -> None:
    token = _ask(name="u" * 300)
    assert token.status_code == 400  # type: ignore[attr-defined]
    assert "username" in _told(token)
    for door in ("/login/", "/admin/login/"):
        page = Client(raise_request_exception=False).post(door, {"username": "u" * 300, "password": "x"})
        assert page.status_code in (200, 302, 422), door
    page = Client().post("/login/", {"username": "u" * 300, "password": "x"})
    assert "at most 150 characters" in page.content.decode()


@pytest.mark.parametrize("address", ["/login/", "/patients/", "/api/v1/patients/"])
def test_a_cookie_that_is_no_key_is_nobodys(address: str) -> None:
    stranger = Client(raise_request_exception=False)
    answer = stranger.generic("GET", address, HTTP_COOKIE='sessionid="\\000aaaaaaaaaaaaaa"')
    assert answer.status_code in (200, 302, 401)


def test_who_is_locked_out_is_told_so_and_for_how_long(bob: User) -> None:
    for _ in range(6):
        _ask("wrong")
    answer = _ask()
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")  # type: ignore[attr-defined,index]
    assert "15 minutes" in _told(answer)


def _opens(key: str) -> bool:
    return bool(APIClient().get("/api/v1/charges/", HTTP_AUTHORIZATION=f"Token {key}").status_code == 200)


def test_a_token_ends_with_the_password_it_was_got_with_and_with_nothing_else(bob: User) -> None:
    key = _ask().json()["token"]  # type: ignore[attr-defined]
    bob.refresh_from_db()
    bob.first_name = "Robert"
    bob.save()
    bob.check_password(PASSWORD)
    assert _opens(key)
    bob.set_password("another horse battery 12")
    bob.save()
    assert not _opens(key)
    assert _ask().status_code == 400  # type: ignore[attr-defined]
    key = _ask("another horse battery 12").json()["token"]  # type: ignore[attr-defined]
    bob.set_unusable_password()
    bob.save(update_fields=["password"])
    assert not _opens(key)
    assert not Token.objects.exists()


def test_a_stronger_hash_of_the_same_password_ends_no_token(bob: User) -> None:
    key = json.loads(_ask().content)["token"]  # type: ignore[attr-defined]
    User.objects.filter(pk=bob.pk).update(password="pbkdf2_sha256$1$salt$x")
    bob.refresh_from_db()
    bob.password = "pbkdf2_sha256$2$salt$y"
    bob.save(update_fields=["password"])
    assert _opens(key)
