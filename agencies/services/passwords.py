"""Use cases on passwords: strong enough, not an old one, and every change on the trail."""

from django.contrib.auth.hashers import check_password
from django.db import transaction

from agencies import reads
from agencies.models import PastPassword, User
from core import clock
from core.audit import record
from core.errors import DomainError, demand

REMEMBERED = 5  # the one in use and four before it; each costs one slow check at a change


def keep_password(user: User, password: str) -> None:
    """Set the password and remember the old one. Ends the sessions that rest on the old one."""
    PastPassword.objects.create(user=user, sealed=user.password)
    user.set_password(password)
    user.password_set_at = clock.real_now()
    user.save(update_fields=["password", "password_set_at"])


@transaction.atomic
def change_password(user: User, password: str) -> None:
    """Set the owner's own new password and lift the duty to change it.

    Raises DomainError for a weak password and for one of the last `REMEMBERED`.
    """
    demand(reads.why_weak(user, password))
    past = user.past_passwords.values_list("sealed", flat=True)[: REMEMBERED - 1]
    if any(check_password(password, sealed) for sealed in [user.password, *past]):
        text = f"新口令不能与最近用过的 {REMEMBERED} 个口令相同。"
        raise DomainError(text, field="password", code="used_before")
    keep_password(user, password)
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    record("agencies.change_password", user, user, f"修改口令：{user}")
