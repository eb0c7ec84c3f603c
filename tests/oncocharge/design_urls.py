"""The project's urls with the design sample opened to every signed-in user: its tests are not about roles."""

from django.urls import URLPattern, URLResolver, path

from oncocharge.design import design_sample
from oncocharge.urls import urlpatterns as project_urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("sample/", design_sample, name="sample"),
    *project_urls,
]
