"""The addresses of the biller's pages. Ids, codes and days only: no address names a patient."""

from django.urls import path

from billing.views import authorizations, bulk, decisions, files, line, manual, rule, slots, worklist

app_name = "billing"
urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("without-line/", worklist.loose, name="loose"),
    path("corrections/", worklist.corrections, name="corrections"),
    path("find/", worklist.find, name="find"),
    path("lines/<int:entry_id>/", line.line, name="line"),
    path("lines/<int:entry_id>/detail/", line.detail, name="line-detail"),
    path("lines/<int:entry_id>/release/", decisions.release, name="release"),
    path("lines/<int:entry_id>/hold/", decisions.hold, name="hold"),
    path("lines/<int:entry_id>/take-back/", decisions.take_back, name="take-back"),
    path("lines/choose/", bulk.choose, name="choose"),
    path("lines/release/", bulk.release_many, name="release-many"),
    path("lines/hold/", bulk.hold_many, name="hold-many"),
    path("decided/<int:moment>/undo/", decisions.undo, name="undo"),
    path("findings/<int:finding_id>/override/", decisions.override, name="override"),
    path("findings/<int:finding_id>/settle/", decisions.settle, name="settle"),
    path("courses/<int:course_id>/lines/", manual.manual, name="manual"),
    path("keyed/<int:line_id>/cancel/", manual.cancel, name="manual-cancel"),
    path("rules/<str:rule>/", rule.rule, name="rule"),
    path("files/", files.files, name="files"),
    path("files/export/", files.export, name="export"),
    path("files/<int:file_id>/", files.file, name="file"),
    path("files/<int:file_id>/download/", files.download, name="download"),
    path("files/<int:file_id>/settle/", files.settle, name="file-settle"),
    path("claims/<int:claim_id>/", files.claim, name="claim"),
    path("sessions/<int:session_id>/earned/", slots.session_earned, name="session-earned"),
    path("courses/<int:course_id>/charges/", slots.course_charges, name="course-charges"),
    path("authorizations/", authorizations.attention, name="authorizations"),
    path("authorizations/<int:authorization_id>/", authorizations.authorization, name="authorization"),
    path("authorizations/<int:authorization_id>/change/", authorizations.change, name="authorization-change"),
    path("authorizations/<int:authorization_id>/end/", authorizations.end, name="authorization-end"),
    path("authorized/", authorizations.authorized_many, name="authorized-many"),
    path("courses/<int:course_id>/authorized/", authorizations.authorized, name="authorized"),
    path("courses/<int:course_id>/authorizations/", authorizations.of_course, name="course-authorizations"),
    path("courses/<int:course_id>/authorizations/new/", authorizations.enter, name="authorization-enter"),
]
