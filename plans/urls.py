"""Addresses below /desk/."""

from django.urls import path

from plans import views

app_name = "plans"
urlpatterns = [
    path("plans/", views.plan_list, name="list"),
    path("plans/new/", views.create, name="create"),
    path("settings/rules/", views.profiles, name="profiles"),
    path("settings/rules/new/", views.profile_new, name="profile_new"),
    path("settings/rules/<int:pk>/confirm/", views.profile_confirm, name="profile_confirm"),
    path("settings/rules/<int:pk>/refuse/", views.profile_refuse, name="profile_refuse"),
    path("plans/<int:pk>/", views.detail, name="detail"),
    path("plans/<int:pk>/edit/", views.edit, name="edit"),
    path("plans/<int:pk>/adjust/", views.adjust, name="adjust"),
    path("plans/<int:pk>/lines/add/", views.line_add, name="line_add"),
    path("plans/<int:pk>/<slug:move>/", views.move, name="move"),
    path("plans/lines/<int:pk>/", views.line, name="line"),
    path("plans/lines/<int:pk>/delete/", views.line_delete, name="line_delete"),
]
