"""The phone pages of the officers, and the visits as everybody else sees them."""

from django.urls import path

from inspections.views import phone, records, substitutions

app_name = "inspections"
urlpatterns = [
    path("m/", phone.today, name="today"),
    path("m/forms/<int:pk>/", phone.form, name="form"),
    path("m/forms/<int:pk>/enter/", phone.enter, name="enter"),
    path("m/forms/<int:pk>/outcome/", phone.outcome, name="outcome"),
    path("m/forms/<int:pk>/save/", phone.save, name="save"),
    path("m/forms/<int:pk>/rest/", phone.rest, name="rest"),
    path("m/forms/<int:pk>/confirm/", phone.confirm, name="confirm"),
    path("m/forms/<int:pk>/sign/", phone.sign, name="sign"),
    path("m/forms/<int:pk>/refuse/", phone.refuse, name="refuse"),
    path("m/forms/<int:pk>/submit/", phone.submit, name="submit"),
    path("m/forms/<int:pk>/photos/", phone.photos, name="photos"),
    path("m/photos/<int:pk>/remove/", phone.remove_photo, name="remove_photo"),
    path("desk/forms/", records.visits, name="list"),
    path("desk/forms/<int:pk>/", records.detail, name="detail"),
    path("desk/forms/<int:pk>/form.pdf", records.form_pdf, name="form_pdf"),
    path("desk/forms/<int:pk>/approval.pdf", records.approval_pdf, name="approval_pdf"),
    path("desk/forms/<int:pk>/notice.pdf", records.notice_pdf, name="notice_pdf"),
    path("desk/evidence/<int:pk>/", records.evidence, name="evidence"),
    path(
        "desk/evidence/<int:pk>/small/",
        records.evidence,
        {"size": "thumbnail"},
        name="evidence_small",
    ),
    path("desk/assignments/<int:pk>/substitute/", substitutions.substitute, name="substitute"),
    path("desk/substitutions/<int:pk>/", substitutions.substitution, name="substitution"),
    path(
        "desk/substitutions/<int:pk>/<str:move>/",
        substitutions.decide,
        name="decide_substitution",
    ),
    path("desk/tasks/<str:number>/inspections/", records.of_task, name="of_task"),
    path("desk/tasks/<str:number>/dispatch/", records.dispatch, name="dispatch"),
]
