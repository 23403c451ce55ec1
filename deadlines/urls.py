"""Addresses below /desk/."""

from django.urls import path

from deadlines import views

app_name = "deadlines"
urlpatterns = [
    path("deadlines/", views.deadline_list, name="list"),
    path("settings/calendar/", views.calendar, name="calendar"),
    path("settings/calendar/<int:year>/", views.calendar_year, name="calendar_year"),
    path("settings/calendar/<int:year>/day/", views.set_day, name="set_day"),
    path("settings/calendar/<int:year>/clear/", views.clear_day, name="clear_day"),
]
