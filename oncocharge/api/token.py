"""A token for who speaks to the API by program: for user name and password, under the same lockout as signing in."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from rest_framework import exceptions, parsers, renderers, serializers
from rest_framework.authtoken.models import Token
from rest_framework.authtoken.serializers import AuthTokenSerializer
from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.request import Request
from rest_framework.response import Response

from oncocharge.api.parsing import StrictJSONParser, Utf8FormParser, Utf8MultiPartParser
from oncocharge.sign_in import MOST_NAME


class SignIn(AuthTokenSerializer):
    """User name and password; who is locked out is told so."""

    username = serializers.CharField(label="Username", write_only=True, max_length=MOST_NAME)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Find the user.

        Raises:
            Throttled: too many wrong passwords came before, whatever this one is.
        """
        try:
            return dict(super().validate(attrs))
        except serializers.ValidationError:
            if getattr(self.context["request"], "axes_locked_out", False):
                raise _locked_out() from None
            raise


class TokenApi(ObtainAuthToken):
    """Hand out the user's token. It lasts until the password changes or an administrator takes it back."""

    parser_classes: tuple[type[parsers.BaseParser], ...] = (StrictJSONParser, Utf8FormParser, Utf8MultiPartParser)
    renderer_classes = (renderers.JSONRenderer,)
    serializer_class = SignIn

    def post(self, request: Request, *_args: Any, **_named: Any) -> Response:
        """Return the token. The user's row is locked, so that no token outlives a password that changes meanwhile."""
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        found: User = given.validated_data["user"]
        with transaction.atomic():
            if not User.objects.select_for_update().filter(pk=found.pk, password=found.password).exists():
                raise exceptions.ValidationError("The password changed a moment ago. Sign in with the new one.")
            token, _ = Token.objects.get_or_create(user=found)
        return Response({"token": token.key})


def _locked_out() -> exceptions.Throttled:
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    error = exceptions.Throttled(detail=f"Too many wrong passwords. Try again in {wait // 60} minutes.")
    error.wait = wait  # type: ignore[attr-defined]  # given to it, it would say the seconds beside our words
    return error
