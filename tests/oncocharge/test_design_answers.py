"""What travels with an htmx answer: waiting messages, and the way to the sign-in page when the session has ended."""

from collections.abc import Callable
from typing import cast

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.test import RequestFactory

from oncocharge.htmx import HtmxAnswersMiddleware

View = Callable[[HttpRequest], HttpResponse]


def _ask(view: View, *, htmx: bool = True, page: str = "http://testserver/lines/?payer=3") -> HttpResponse:
    request = RequestFactory().post("/lines/7/release/")
    if htmx:
        request.META |= {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": page}
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]  # as MessageMiddleware does
    return HtmxAnswersMiddleware(view)(request)


def _row(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Released.")
    return HttpResponse("<tr><td>released</td></tr>")


def _to_login(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/login/?next=/lines/7/release/")


def test_message_of_a_deed_comes_along_with_the_swapped_row() -> None:
    body = _ask(_row).content.decode()
    assert body.startswith("<tr><td>released</td></tr>")
    assert 'hx-swap-oob="beforeend:#oc-toasts"' in body
    assert "Released." in body


def test_message_waits_for_the_next_page_when_no_htmx_asked() -> None:
    assert _ask(_row, htmx=False).content == b"<tr><td>released</td></tr>"


@pytest.mark.parametrize("header", ["HX-Redirect", "HX-Refresh", "HX-Location"])
def test_message_waits_for_the_next_page_when_the_answer_leaves_this_one(header: str) -> None:
    def leave(request: HttpRequest) -> HttpResponse:
        messages.success(request, "Released.")
        return HttpResponse("", headers={header: "/lines/"})

    assert _ask(leave).content == b""


def test_message_is_not_written_into_json() -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        messages.success(request, "Released.")
        return JsonResponse({"open": 7})

    assert _ask(answer).content == b'{"open": 7}'


def test_message_that_the_answer_itself_showed_is_not_shown_twice() -> None:
    def whole_page(request: HttpRequest) -> HttpResponse:
        messages.success(request, "Released.")
        return HttpResponse(" ".join(str(message) for message in messages.get_messages(request)))

    assert _ask(whole_page).content == b"Released."


@pytest.mark.parametrize("status", [409, 422])
def test_refused_form_brings_its_messages(status: int) -> None:
    def refuse(request: HttpRequest) -> HttpResponse:
        messages.error(request, "Someone else changed this line.")
        return HttpResponse("<form></form>", status=status)

    assert b"Someone else changed this line." in _ask(refuse).content


def test_ended_session_leads_to_sign_in_and_back_to_the_page_not_to_the_fragment() -> None:
    response = _ask(_to_login)
    assert response.status_code == 204
    assert response["HX-Redirect"] == "/login/?next=%2Flines%2F%3Fpayer%3D3"


@pytest.mark.parametrize("page", ["", "http://testserver//elsewhere.example/x"])
def test_sign_in_never_leads_on_to_another_site(page: str) -> None:
    assert _ask(_to_login, page=page)["HX-Redirect"] == "/login/"


def test_other_redirects_and_plain_requests_are_left_alone() -> None:
    def elsewhere(request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect("/lines/")

    assert cast(HttpResponseRedirect, _ask(elsewhere)).url == "/lines/"
    assert _ask(_to_login, htmx=False).status_code == 302
