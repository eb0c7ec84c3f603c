"""Joins the three storeys' urls under one roof."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import URLPattern, URLResolver, include, path

from oncocharge import home
from oncocharge.design import design_sample
from oncocharge.sign_in import SignInForm
from patients.roles import Role, allow

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("no-role/", home.nothing_yours, name="nothing-yours"),
    path("login/", auth_views.LoginView.as_view(authentication_form=SignInForm), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("patients/", include("patients.urls")),
    path("courses/", include("courses.urls")),
    path("billing/", include("billing.urls")),
    path("api/v1/", include("oncocharge.api.urls")),
    path("design/", allow(write={Role.ADMINISTRATOR})(design_sample), name="design"),
    path("admin/", admin.site.urls),
]
