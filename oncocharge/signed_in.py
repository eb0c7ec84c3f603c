"""Who asks: the login and its user, read by statements that PostgreSQL keeps planned.

Every page begins with these two. Django's own classes put their SQL together anew each time, which took longer than
the answers; the second statement brings the user's roles along. What this is not: signing in, which stays Django's,
or what a role may do (patients/roles.py).
"""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from patients.prepared import Columns, read_prepared
from patients.roles import GROUP_NAMES, keep_roles

_USER = Columns(User, "u")
_USER_WITH_ROLES = f"SELECT {_USER.sql}, {GROUP_NAMES.format(user='u.id')} FROM auth_user u WHERE u.id = %s"
_COLUMNS = ("session_key", "session_data", "expire_date")
_LOGIN = f"SELECT {', '.join(_COLUMNS)} FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Django's sessions in the database, looked up by a statement that is kept planned."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return Django's own model; here it can be imported at once."""
        return Session

    def _get_session_from_db(self) -> Session | None:
        key = self.session_key or ""
        # A cookie may hold anything; PostgreSQL refuses some of it (NUL) with an error.
        is_one = key.isascii() and key.isalnum()
        found = read_prepared(_LOGIN, [key, timezone.now()]) if is_one else ()
        if not found:
            self._session_key = None
            return None
        return Session.from_db("default", _COLUMNS, found[0])


class SignedInBackend(ModelBackend):
    """Django's own backend; the user of a session comes with the roles, in one statement."""

    def get_user(self, user_id: int) -> User | None:
        """Return the user if there is one who may still sign in."""
        found = read_prepared(_USER_WITH_ROLES, [user_id])
        if not found:
            return None
        *columns, names = found[0]
        user = _USER.instance(columns)
        if user is None or not self.user_can_authenticate(user):
            return None
        keep_roles(user, names)
        return user
