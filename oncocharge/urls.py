"""Joins the three storeys' urls under one roof."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from oncocharge import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
