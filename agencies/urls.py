"""Log-in, log-out, the own password, the first run and the activation of accounts."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from agencies.views import accounts, set_up

urlpatterns = [
    path("login/", login_not_required(accounts.LogIn.as_view()), name="login"),
    path("logout/", accounts.LogOut.as_view(), name="logout"),
    path("session/", login_not_required(accounts.session_state), name="session"),
    path("password/", accounts.password, name="password_change"),
    path("activate/", login_not_required(set_up.activate), name="activate"),
    path("setup/", login_not_required(set_up.code), name="set_up"),
    path("setup/place/", login_not_required(set_up.place), name="set_up_place"),
    path("setup/agencies/", login_not_required(set_up.agencies), name="set_up_agencies"),
    path("setup/people/", login_not_required(set_up.people), name="set_up_people"),
]
