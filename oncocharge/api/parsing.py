"""What the API reads: JSON and forms in UTF-8, as large and as deep as can be meant, of values that a row can hold.

Not a place for what a field may say: the serializers decide that. Here is refused what would break any of them.
"""

import codecs
import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import exceptions, parsers

MOST_LEVELS = 40
MOST_FAULTS = 100


class StrictJSONParser(parsers.JSONParser):
    """JSON whose numbers are finite and whose texts are Unicode; what is not is named by its place."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return what was sent."""
        _refuse_encoding(media_type, parser_context)
        value = _json(_limited(stream))
        faults: dict[str, list[str]] = {}
        for path, message in _unusable(value):
            faults.setdefault(path or "non_field_errors", []).append(message)
            if len(faults) == MOST_FAULTS:
                break
        if faults:
            raise exceptions.ValidationError(faults)
        return value


class Utf8FormParser(parsers.FormParser):
    """A form in UTF-8."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return what was sent."""
        _refuse_encoding(media_type, parser_context)
        return super().parse(stream, media_type, parser_context)


class Utf8MultiPartParser(parsers.MultiPartParser):
    """A form with files, in UTF-8."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return what was sent."""
        _refuse_encoding(media_type, parser_context)
        return super().parse(stream, media_type, parser_context)


def _refuse_encoding(media_type: str | None, context: Mapping[str, Any] | None) -> None:
    said = str((context or {}).get("encoding") or settings.DEFAULT_CHARSET)
    if codecs.lookup(said).name not in ("utf-8", "ascii"):
        raise exceptions.UnsupportedMediaType(media_type or "", detail="Send it in UTF-8; no other encoding is read.")


def _limited(stream: IO[bytes]) -> bytes:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if most is None:
        return stream.read()
    body = stream.read(most + 1)
    if len(body) > most:
        raise RequestDataTooBig
    return body


def _json(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise exceptions.ParseError(f"This is no JSON: {error}.") from error
    except UnicodeDecodeError as error:
        raise exceptions.ParseError(f"This is no UTF-8: byte {error.start + 1} cannot be read.") from error
    except ValueError as error:
        raise exceptions.ParseError("A number has more digits than can be read.") from error
    except RecursionError as error:
        raise _too_deep() from error


def _too_deep() -> exceptions.ParseError:
    return exceptions.ParseError(f"Lists and objects stand in one another more than {MOST_LEVELS} deep.")


def _unusable(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the place of each value that no field can take, and what is wrong with it; without recursion."""
    if (fault := _fault_of(value)) is not None:
        yield "", fault
    waiting: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while waiting:
        path, found = waiting.pop()
        if len(path) >= MOST_LEVELS and isinstance(found, dict | list):
            raise _too_deep()
        for name, inner in _parts(found):
            for fault in filter(None, (_fault_of(name), _fault_of(inner))):
                yield ".".join((*path, _shown(name))), fault
            if isinstance(inner, dict | list):
                waiting.append(((*path, _shown(name)), inner))


def _parts(found: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(found, dict):
        yield from found.items()
    elif isinstance(found, list):
        yield from enumerate(found)


def _fault_of(value: Any) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return "This number is too large, or none."
    if isinstance(value, str) and not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        return "This text holds half a character (a lone surrogate). Send it in whole ones."
    return None


def _shown(name: object) -> str:
    return str(name).encode("utf-8", "backslashreplace").decode("utf-8")
