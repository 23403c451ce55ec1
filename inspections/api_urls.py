"""URLs of the phone API."""

from django.urls import path

from inspections import api

urlpatterns = [
    path("inspections/<int:pk>/", api.inspection, name="api-inspection"),
    path("sections/<int:pk>/answers/<int:item_pk>/", api.answer, name="api-answer"),
    path("sections/<int:pk>/photos/", api.photo, name="api-photo"),
    path("sections/<int:pk>/submit/", api.submit, name="api-submit"),
]
