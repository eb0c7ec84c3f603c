"""Pages for what goes wrong: they need no database, say what became of the entry, and give nothing away."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest
from django.middleware.csrf import REASON_CSRF_TOKEN_MISSING
from django.test import RequestFactory
from django.views import defaults
from django.views.csrf import csrf_failure


def _request() -> HttpRequest:
    request = RequestFactory().get("/lines/")
    request.user = AnonymousUser()
    return request


def test_missing_page_says_so_without_the_address_or_the_reason() -> None:
    response = defaults.page_not_found(_request(), Http404("Novak, Dora is not here"))
    assert response.status_code == 404
    assert b"There is nothing at this address" in response.content
    assert b"Novak" not in response.content


def test_refusal_speaks_of_the_role_and_not_of_the_reason() -> None:
    response = defaults.permission_denied(_request(), PermissionDenied("course of Novak, Dora"))
    assert response.status_code == 403
    assert b"Your role does not open this page" in response.content
    assert b"Novak" not in response.content


def test_bad_request_says_that_nothing_was_changed() -> None:
    response = defaults.bad_request(_request(), SuspiciousOperation("x"))
    assert response.status_code == 400
    assert b"Nothing was changed" in response.content


def test_broken_page_is_drawn_without_request_or_database() -> None:
    response = defaults.server_error(_request())
    assert response.status_code == 500
    assert b"either saved whole or not at all" in response.content


def test_page_grown_old_tells_how_to_go_on() -> None:
    response = csrf_failure(_request(), REASON_CSRF_TOKEN_MISSING)
    assert response.status_code == 403
    assert b"too old to send" in response.content
    assert b"CSRF" not in response.content
