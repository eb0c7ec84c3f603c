"""The addresses of the patient pages. Ids only: no address names a patient."""

from django.urls import path

from patients import views

app_name = "patients"
urlpatterns = [
    path("", views.patients, name="list"),
    path("new/", views.admit, name="admit"),
    path("<int:patient_id>/", views.patient, name="patient"),
    path("<int:patient_id>/correct/", views.correct, name="correct"),
    path("<int:patient_id>/coverages/new/", views.add_coverage, name="coverage-add"),
    path("coverages/<int:coverage_id>/", views.correct_coverage, name="coverage-correct"),
]
