"""Use cases on passwords: strong enough, not an old one, and every change on the trail."""

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from agencies import rules
from agencies.models import PastPassword, User
from core import clock
from core.audit import record
from core.errors import DomainError

REMEMBERED = 5  # the one in use and four before it; each costs one slow check at a change
WEAK = {
    "password_too_short": "口令至少 {min_length} 个字符。",
    "password_too_common": "口令太常见，容易被猜到，请换一个。",
    "password_entirely_numeric": "口令不能全是数字。",
    "password_too_similar": "口令与用户名或姓名太相近，请换一个。",
}


def check_strength(user: User, password: str) -> None:
    """Raise DomainError with every reason why the password is too weak for this user."""
    reasons = []
    try:
        validate_password(password, user)
    except ValidationError as error:
        reasons = [_why_weak(one) for one in error.error_list]
    plain = rules.why_too_plain(password)
    if plain:
        reasons.append(plain)
    if rules.holds_name(password, user.username) and WEAK["password_too_similar"] not in reasons:
        reasons.append(WEAK["password_too_similar"])
    if reasons:
        raise DomainError("".join(reasons))


def _why_weak(error: ValidationError) -> str:
    """Our own words: Django's translation says 密码, and some of it is missing."""
    sentence = WEAK.get(error.code or "")
    return sentence.format(**(error.params or {})) if sentence else "".join(error.messages)


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
    check_strength(user, password)
    past = user.past_passwords.values_list("sealed", flat=True)[: REMEMBERED - 1]
    if any(check_password(password, sealed) for sealed in [user.password, *past]):
        raise DomainError(f"新口令不能与最近用过的 {REMEMBERED} 个口令相同。")
    keep_password(user, password)
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    record("agencies.change_password", user, user, f"修改口令：{user}")
