"""A client of the API for the tests: signed in by token, speaking JSON."""

from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from patients.roles import Role
from tests import cast


def client_of(role: Role, username: str | None = None) -> APIClient:
    """Return a client that carries the token of a user of the role."""
    token, _ = Token.objects.get_or_create(user=cast.user(role, username))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    return client
