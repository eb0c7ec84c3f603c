"""Errors of the API as problem documents (RFC 9457): every faulty field at once, never a patient's data.

Not a place for what is right or wrong: the steps and serializers decide that and raise; here their
exceptions become one shape.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    BadRequest,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from courses.delivery import EntryConflict

logger = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"
TITLES = {
    400: "The request has faults",
    401: "Sign in first",
    403: "Your role does not allow this",
    404: "Not found",
    405: "Method not allowed here",
    406: "This representation is not served",
    409: "Conflict with what is there",
    413: "The request is too large",
    415: "This media type is not read",
    429: "Too many requests",
    500: "The server failed",
}


class Conflict(exceptions.APIException):
    """What was asked contradicts what stands; the detail says what stands."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class TooLarge(exceptions.APIException):
    """More was sent than is read into memory."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class ProblemRenderer(JSONRenderer):
    """JSON under the media type of problem documents; chosen by ``problem_handler`` alone."""

    media_type = PROBLEM_TYPE


def problem_handler(error: Exception, context: dict[str, Any]) -> Response:
    """Turn any exception of an API view into a problem document; unknown ones are logged, never shown."""
    set_rollback()
    _answer_in_json(context.get("request"))
    known = _as_api_exception(error)
    if known is None:
        logger.exception("API view %s failed", type(context.get("view")).__name__)
        return _problem(500, "Something went wrong on our side. It has been logged; try again later.")
    response = _problem(known.status_code, _detail(known), list(_field_errors(known.detail)))
    wait = getattr(known, "wait", None)
    if wait:
        response["Retry-After"] = str(int(wait))
    auth_header = getattr(known, "auth_header", None)
    if auth_header:
        response["WWW-Authenticate"] = auth_header
    return response


def _answer_in_json(request: Request | None) -> None:
    """Whatever was asked for, page or file: what went wrong is said in one shape, which its label names."""
    if request is not None:
        request.accepted_renderer, request.accepted_media_type = ProblemRenderer(), PROBLEM_TYPE


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404 | ObjectDoesNotExist):
        return exceptions.NotFound("There is nothing at this address, or it is not yours to see.")
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied(str(error) or None)
    if isinstance(error, EntryConflict):
        return Conflict(error.message)
    if isinstance(error, DjangoValidationError):
        return exceptions.ValidationError(_django_detail(error))
    return _unreadable(error)


def _unreadable(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, RequestDataTooBig):
        return TooLarge(f"At most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes are read at once. Send less.")
    if isinstance(error, SuspiciousOperation):
        return exceptions.ParseError("The request cannot be read: it has too many fields or files, or is malformed.")
    if isinstance(error, BadRequest | MultiPartParserError):
        return exceptions.ParseError(f"The request cannot be read: {error}")
    return None


def _django_detail(error: DjangoValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return {
            ("non_field_errors" if field == NON_FIELD_ERRORS else field): list(messages)
            for field, messages in error.message_dict.items()
        }
    return {"non_field_errors": list(error.messages)}


def _detail(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        return "Mend the fields named in errors and send the request again."
    return str(error.detail)


def _field_errors(detail: object, path: str = "") -> Iterator[dict[str, str]]:
    if isinstance(detail, Mapping):
        for field, inner in detail.items():
            name = "" if field == "non_field_errors" else str(field)
            yield from _field_errors(inner, ".".join(part for part in (path, name) if part))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _field_errors(inner, f"{path}.{index}" if nested else path)
    elif path or isinstance(detail, exceptions.ErrorDetail):
        yield {"field": path, "message": str(detail), "code": str(getattr(detail, "code", "invalid"))}


def _problem(code: int, detail: str, errors: list[dict[str, str]] | None = None) -> Response:
    body: dict[str, object] = {
        "type": "about:blank",
        "title": TITLES.get(code, "Error"),
        "status": code,
        "detail": detail,
    }
    if errors and code == status.HTTP_400_BAD_REQUEST:
        body["errors"] = errors
    return Response(body, status=code, content_type=PROBLEM_TYPE)
