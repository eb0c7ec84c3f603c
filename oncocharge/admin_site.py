"""The settings pages (Django's admin): open to the administrator's role, with or without the staff mark."""

from django.contrib import admin
from django.http import HttpRequest

from oncocharge.sign_in import AdminSignInForm
from patients.roles import Role, has_role


class AdminSite(admin.AdminSite):
    """Django's admin, admitting by role; each model says for itself what may be done with it."""

    site_header = "oncocharge settings"
    site_title = "Settings"
    index_title = "What an administrator keeps"
    login_form = AdminSignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the signed-in user is an administrator."""
        return request.user.is_active and has_role(request.user, Role.ADMINISTRATOR)
