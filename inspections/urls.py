"""The phone pages of the officers, and the visits as everybody else sees them."""

from django.urls import path

from inspections import desk, substitutions, views

app_name = "inspections"
urlpatterns = [
    path("m/", views.today, name="today"),
    path("m/forms/<int:pk>/", views.form, name="form"),
    path("m/forms/<int:pk>/enter/", views.enter, name="enter"),
    path("m/forms/<int:pk>/outcome/", views.outcome, name="outcome"),
    path("m/forms/<int:pk>/save/", views.save, name="save"),
    path("m/forms/<int:pk>/rest/", views.rest, name="rest"),
    path("m/forms/<int:pk>/confirm/", views.confirm, name="confirm"),
    path("m/forms/<int:pk>/sign/", views.sign, name="sign"),
    path("m/forms/<int:pk>/refuse/", views.refuse, name="refuse"),
    path("m/forms/<int:pk>/submit/", views.submit, name="submit"),
    path("m/forms/<int:pk>/photos/", views.photos, name="photos"),
    path("m/photos/<int:pk>/remove/", views.remove_photo, name="remove_photo"),
    path("desk/forms/", desk.visits, name="list"),
    path("desk/forms/<int:pk>/", desk.detail, name="detail"),
    path("desk/forms/<int:pk>/form.pdf", desk.form_pdf, name="form_pdf"),
    path("desk/forms/<int:pk>/approval.pdf", desk.approval_pdf, name="approval_pdf"),
    path("desk/forms/<int:pk>/notice.pdf", desk.notice_pdf, name="notice_pdf"),
    path("desk/evidence/<int:pk>/", desk.evidence, name="evidence"),
    path(
        "desk/evidence/<int:pk>/small/", desk.evidence, {"size": "thumbnail"}, name="evidence_small"
    ),
    path("desk/assignments/<int:pk>/substitute/", substitutions.substitute, name="substitute"),
    path("desk/substitutions/<int:pk>/", substitutions.substitution, name="substitution"),
    path(
        "desk/substitutions/<int:pk>/<str:move>/",
        substitutions.decide,
        name="decide_substitution",
    ),
    path("desk/tasks/<str:number>/inspections/", desk.of_task, name="of_task"),
    path("desk/tasks/<str:number>/dispatch/", desk.dispatch, name="dispatch"),
]
