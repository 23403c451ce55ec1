"""Log-in and log-out."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
