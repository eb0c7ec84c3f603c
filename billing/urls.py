"""The addresses of the biller's pages. Ids and codes only: no address names a patient."""

from django.urls import path

from billing.views import files, slots, worklist

app_name = "billing"
urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("files/", files.files, name="files"),
    path("sessions/<int:session_id>/earned/", slots.session_earned, name="session-earned"),
    path("courses/<int:course_id>/charges/", slots.course_charges, name="course-charges"),
]
