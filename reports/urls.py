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
    path("help/", views.help_page, name="help"),
]
