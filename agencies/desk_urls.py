"""Staff pages on accounts and regions."""

from django.urls import path

from agencies.views import accounts as views
from agencies.views import places

app_name = "agencies"
urlpatterns = [
    path("account/", views.own_account, name="account"),
    path("account/end-sessions/", views.end_sessions, name="end_sessions"),
    path("settings/locks/<int:pk>/lift/", views.lift_lock, name="lift_lock"),
    path("settings/regions/", places.regions, name="regions"),
    path("settings/regions/new/", places.region_add, name="region_add"),
    path("settings/regions/<slug:pk>/", places.region, name="region"),
    path("settings/regions/<slug:pk>/rename/", places.region_rename, name="region_rename"),
    path("settings/regions/<slug:pk>/retire/", places.region_retire, name="region_retire"),
    path("settings/regions/<slug:pk>/restore/", places.region_restore, name="region_restore"),
    path("settings/regions/<slug:pk>/adopt/", places.region_adopt, name="region_adopt"),
    path("settings/regions/<slug:pk>/keep/", places.region_keep, name="region_keep"),
    path("settings/users/", views.user_list, name="users"),
    path("settings/users/new/", views.user_create, name="user_create"),
    path("settings/users/<int:pk>/", views.user, name="user"),
    path("settings/users/<int:pk>/roles/", views.user_roles, name="user_roles"),
    path("settings/users/<int:pk>/suspend/", views.user_suspend, name="user_suspend"),
    path("settings/users/<int:pk>/restore/", views.user_restore, name="user_restore"),
    path("settings/users/<int:pk>/email/", views.user_email, name="user_email"),
    path("settings/users/<int:pk>/reset/", views.user_reset, name="user_reset"),
]
