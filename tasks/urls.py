"""URLs of the task pages."""

from django.urls import path

from tasks import views

app_name = "tasks"
urlpatterns = [
    path("tasks/", views.list_, name="list"),
    path("tasks/new/<int:line_pk>/", views.create, name="create"),
    path("tasks/<str:number>/", views.detail, name="detail"),
    path("tasks/<str:number>/scope/", views.scope, name="scope"),
    path("tasks/<str:number>/freeze/", views.freeze, name="freeze"),
    path("tasks/<str:number>/draw/", views.draw, name="draw"),
    path("tasks/<str:number>/people/", views.people, name="people"),
    path("tasks/<str:number>/people/freeze/", views.freeze_people, name="freeze_people"),
    path("tasks/<str:number>/consent/<str:purpose>/", views.consent, name="consent"),
    path("tasks/<str:number>/open/<str:purpose>/", views.open_, name="open"),
    path("tasks/<str:number>/confirm/", views.confirm, name="confirm"),
    path("tasks/<str:number>/move/<str:move>/", views.move, name="move"),
    path("tasks/<str:number>/log/", views.log, name="log"),
]
