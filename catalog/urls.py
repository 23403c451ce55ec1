"""Addresses below /desk/."""

from django.urls import path

from catalog import views

app_name = "catalog"
urlpatterns = [
    path("items/", views.version_list, name="list"),
    path("items/new/", views.create, name="create"),
    path("items/<int:pk>/", views.detail, name="detail"),
    path("items/<int:pk>/edit/", views.edit, name="edit"),
    path("items/<int:pk>/publish/", views.publish, name="publish"),
    path("items/<int:pk>/add/", views.item_add, name="item_add"),
    path("items/item/<int:pk>/", views.item, name="item"),
    path("items/item/<int:pk>/delete/", views.item_delete, name="item_delete"),
    path("settings/trades/", views.trades, name="trades"),
    path("settings/trades/new/", views.trade_add, name="trade_add"),
    path("settings/trades/<slug:pk>/", views.trade, name="trade"),
    path("settings/trades/<slug:pk>/edit/", views.trade_edit, name="trade_edit"),
    path("settings/trades/<slug:pk>/adopt/", views.trade_adopt, name="trade_adopt"),
    path("settings/trades/<slug:pk>/keep/", views.trade_keep, name="trade_keep"),
]
