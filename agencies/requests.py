"""What a door of the staff is given: a request behind which somebody is logged in."""

from django.http import HttpRequest

from agencies.models import User


class StaffRequest(HttpRequest):
    """Any request of a page that needs a log-in, which Django's middleware has seen to."""

    user: User
