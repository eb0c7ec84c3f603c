"""The account in whose name files are imported where no person is named: it can never sign in."""

from django.contrib.auth.models import User

USERNAME = "file-import"


def import_account() -> User:
    """Return the account, made on first use: no password, no role, not active."""
    made, is_new = User.objects.get_or_create(
        username=USERNAME, defaults={"first_name": "File", "last_name": "import", "is_active": False}
    )
    if is_new:
        made.set_unusable_password()
        made.save(update_fields=["password"])
    return made
