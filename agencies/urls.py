"""Log-in, log-out, the own password."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from agencies import views

urlpatterns = [
    path("login/", login_not_required(views.LogIn.as_view()), name="login"),
    path("logout/", views.LogOut.as_view(), name="logout"),
    path("session/", login_not_required(views.session_state), name="session"),
    path("password/", views.password, name="password_change"),
]
