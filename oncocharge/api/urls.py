"""The addresses of API version 1."""

from typing import Any, NoReturn

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from billing import api as billing
from courses import api as courses
from oncocharge.api.token import TokenApi
from patients import api as patients


class NowhereApi(APIView):
    """What is at no address of this version: a problem document too, not a page."""

    schema = None

    def initial(self, request: Request, *_args: Any, **_named: Any) -> NoReturn:
        """Let in who signed in, and tell them."""
        super().initial(request)
        raise NotFound("There is nothing at this address. The addresses stand in the schema.")


router = SimpleRouter()
router.register("patients", patients.PatientApi, basename="patient")
router.register("coverages", patients.CoverageApi, basename="coverage")
router.register("courses", courses.CourseApi, basename="course")
router.register("plans", courses.PlanApi, basename="plan")
router.register("events", courses.EventApi, basename="event")
router.register("sessions", courses.SessionApi, basename="session")
router.register("authorizations", billing.AuthorizationApi, basename="authorization")
router.register("charges", billing.ChargeApi, basename="charge")
router.register("payer-policies", billing.PayerPolicyApi, basename="payer-policy")
router.register("claims", billing.ClaimApi, basename="claim")
router.register("codes", billing.CodeApi, basename="code")

app_name = "api"
urlpatterns = [
    *router.urls,
    path("courses/<int:course_id>/audit-pack/", billing.AuditPackApi.as_view(), name="audit-pack"),
    path("estimates/", billing.EstimateApi.as_view(), name="estimates"),
    path("estimates/planned/", billing.PlannedEstimateApi.as_view(), name="estimates-planned"),
    path("token/", TokenApi.as_view(), name="token"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
    # Last, and only with the slash at the end: an address without it is first led to the one with it.
    re_path(r"^(?:.*/)?$", NowhereApi.as_view(), name="nowhere"),
]
