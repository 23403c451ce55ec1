"""URLs of the approval pages."""

from django.urls import path

from publication import views

app_name = "approvals"
urlpatterns = [
    path("approvals/", views.queue, name="list"),
    path("approvals/clean/", views.approve_clean, name="approve_clean"),
    path("approvals/<int:pk>/", views.detail, name="detail"),
    path("approvals/<int:pk>/approve/", views.approve, name="approve"),
    path("approvals/<int:pk>/return/", views.send_back, name="return"),
]
