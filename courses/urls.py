"""The addresses of the clinical pages. Ids only: no address names a patient."""

from django.urls import path

from courses.views import absence, approval, course, day, event, kept, log, plan, session, worklist

app_name = "courses"
urlpatterns = [
    path("day/", day.machine_day, name="machine-day"),
    path("day/figures/", day.figures, name="machine-day-figures"),
    path("kept/", kept.door, name="kept-door"),
    path("day/changes/", day.changes, name="machine-day-changes"),
    path("worklist/", worklist.worklist, name="worklist"),
    path("worklist/lists/", worklist.lists, name="worklist-lists"),
    path("worklist/count/", worklist.count, name="worklist-count"),
    path("worklist/<int:course_id>/record/", worklist.record, name="worklist-record"),
    path("<int:course_id>/", course.course, name="course"),
    path("<int:course_id>/close/", course.close, name="course-close"),
    path("<int:course_id>/reopen/", course.reopen, name="course-reopen"),
    path("<int:course_id>/diagnoses/", course.diagnoses, name="course-diagnoses"),
    path("<int:course_id>/names/", course.names, name="course-names"),
    path("<int:course_id>/sessions/new/", log.log, name="session-log"),
    path("<int:course_id>/sessions/check/", log.check, name="session-check"),
    path("<int:course_id>/absences/new/", absence.note, name="absence-note"),
    path("absences/<int:absence_id>/undo/", absence.undo, name="absence-undo"),
    path("<int:course_id>/plans/new/", plan.enter, name="plan-enter"),
    path("<int:course_id>/events/new/", event.record, name="event-record"),
    path("<int:course_id>/events/today/", event.record_today, name="event-today"),
    path("of-patient/<int:patient_id>/", course.of_patient, name="of-patient"),
    path("of-patient/<int:patient_id>/new/", course.open_course, name="course-open"),
    path("sessions/<int:session_id>/", session.session, name="session"),
    path("sessions/<int:session_id>/amend/", session.amend, name="session-amend"),
    path("sessions/<int:session_id>/cancel/", session.cancel, name="session-cancel"),
    path("sessions/<int:session_id>/review/", session.review, name="session-review"),
    path("sessions/<int:session_id>/review/undo/", session.undo_review, name="session-review-undo"),
    path("sessions/<int:session_id>/sign/", session.sign, name="session-sign"),
    path("plans/<int:plan_id>/", plan.plan, name="plan"),
    path("plans/<int:plan_id>/confirm/", plan.confirm, name="plan-confirm"),
    path("plans/<int:plan_id>/approve/", approval.approve, name="plan-approve"),
    path("plans/<int:plan_id>/withdraw/", approval.withdraw, name="plan-withdraw"),
    path("plans/<int:plan_id>/retire/", plan.retire, name="plan-retire"),
    path("plans/<int:plan_id>/reinstate/", plan.reinstate, name="plan-reinstate"),
    path("events/<int:event_id>/", event.event, name="event"),
    path("events/<int:event_id>/amend/", event.amend, name="event-amend"),
    path("events/<int:event_id>/cancel/", event.cancel, name="event-cancel"),
    path("events/<int:event_id>/undo/", event.undo, name="event-undo"),
]
