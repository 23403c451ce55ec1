"""Whose session it is: the user with agency and region, which every page of the staff asks for."""

from django.contrib.auth.backends import ModelBackend

from agencies.models import User


class Backend(ModelBackend):
    """Django's, with the user's agency in the same query."""

    def get_user(self, user_id: int) -> User | None:
        """The active user of a session, or None."""
        users = User._default_manager.select_related("agency__region")
        user = users.filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
