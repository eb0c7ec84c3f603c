"""Who asks: login and user are read as Django reads them, with the roles, in two statements."""

from datetime import timedelta

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, User
from django.contrib.sessions.backends import db
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from oncocharge.signed_in import SessionStore, SignedInBackend
from patients.roles import Role, has_role, roles_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim() -> User:
    """A therapist who is a physicist too."""
    user = User.objects.create_user("kim", "kim@clinic.test", "a long password", first_name="Kim", last_name="Lee")
    user.groups.add(*Group.objects.filter(name__in=[Role.THERAPIST, Role.PHYSICIST]))
    return user


def test_the_user_of_a_session_is_the_one_that_django_reads_and_knows_the_roles(
    kim: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    plain = ModelBackend().get_user(kim.pk)
    with django_assert_num_queries(1):
        user = SignedInBackend().get_user(kim.pk)
        assert user is not None
        assert roles_of(user) == {Role.THERAPIST, Role.PHYSICIST}
    assert user == plain
    assert {field.attname: getattr(user, field.attname) for field in User._meta.concrete_fields} == {
        field.attname: getattr(plain, field.attname) for field in User._meta.concrete_fields
    }
    assert not user._state.adding


def test_a_superuser_is_an_administrator_in_the_same_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    root = User.objects.create_superuser("root", "root@clinic.test", "a long password")
    with django_assert_num_queries(1):
        user = SignedInBackend().get_user(root.pk)
        assert user is not None
        assert has_role(user, Role.ADMINISTRATOR)


def test_who_may_not_sign_in_any_more_and_who_is_not_there_is_nobody(kim: User) -> None:
    User.objects.filter(pk=kim.pk).update(is_active=False)
    assert SignedInBackend().get_user(kim.pk) is None
    assert SignedInBackend().get_user(kim.pk + 1) is None


def test_a_login_reads_what_djangos_own_store_wrote_and_the_other_way_round() -> None:
    theirs = db.SessionStore()
    theirs["seen"] = "day"
    theirs.create()
    ours = SessionStore(theirs.session_key)
    assert ours["seen"] == "day"
    ours["seen"] = "night"
    ours.save()
    assert db.SessionStore(theirs.session_key)["seen"] == "night"


def test_a_login_that_ran_out_or_never_was_is_empty_and_loses_its_key() -> None:
    login = SessionStore()
    login["seen"] = "day"
    login.create()
    key = login.session_key
    login.model.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    for gone in (SessionStore(key), SessionStore("never-was")):
        assert "seen" not in gone
        assert gone.session_key is None


def test_a_role_taken_away_closes_the_page_at_the_next_request(kim: User, client: Client) -> None:
    client.force_login(kim)
    assert client.get("/courses/day/").status_code == 200
    kim.groups.clear()
    assert client.get("/courses/day/").status_code == 403
