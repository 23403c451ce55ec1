"""Addresses below /desk/."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.worklist, name="worklist"),
    path("search/", views.search, name="search"),
    path("notices/", views.notice_list, name="notices"),
    path("notices/read/", views.notices_read, name="notices_read"),
    path("trail/", views.trail, name="trail"),
    path("trail.csv", views.trail_csv, name="trail_csv"),
    path("settings/mail/", views.mail_list, name="mail"),
    path("settings/mail/resend/", views.mail_resend_failed, name="mail_resend_failed"),
    path("settings/mail/<str:kind>/<int:pk>/resend/", views.mail_resend, name="mail_resend"),
    path("help/", views.help_page, name="help"),
]
