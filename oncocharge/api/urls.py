"""The addresses of API version 1."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authtoken.views import obtain_auth_token
from rest_framework.routers import SimpleRouter

from billing import api as billing
from courses import api as courses
from patients import api as patients

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
    path("token/", obtain_auth_token, name="token"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
]
