"""Use cases of the first run: one code opens the set-up, three more hand the portal to its people.

No password is held by anybody but its owner: accounts are opened without one, and the code that
lets a person choose it works once, for a week, and is stored as a digest (三员分立).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.crypto import salted_hmac

from agencies import reads, rules
from agencies.models import ROLE_PREFIX, Activation, Agency, Region, SetUpCode, System, User
from agencies.roles import ADMINISTRATORS, ROLES
from agencies.services.accounts import found_agency
from agencies.services.login import count_wrong_code, demand_open_address
from agencies.services.passwords import keep_password
from agencies.services.portal import name_portal
from core import clock
from core.audit import record
from core.errors import DomainError, demand, unique

ACTIVATION_DAYS = 7
WRONG_CODE = "激活码不正确、已使用过或已过期。请核对字母和数字后重试，过期的请重新领取。"
WRONG_SET_UP = "设置码不正确。请照启动窗口中 READY 之后的那一行输入，每次重新启动都会换新码。"


@dataclass(frozen=True)
class NewAgency:
    """An agency as the first-run page names it."""

    system: System
    name: str
    short_name: str


@dataclass(frozen=True)
class NewAdministrator:
    """Whose account is opened for which of the three roles."""

    role: str
    username: str
    name: str


@dataclass(frozen=True)
class Letter:
    """What is handed to one person, once: the account and the code that opens it."""

    user: User
    code: str
    expires_at: datetime


def digest_of(code: str) -> str:
    """The keyed digest under which a code is kept: 64 hex digits."""
    plain = rules.plain_code(code)
    return salted_hmac("agencies.code", plain, algorithm="sha256").hexdigest()


@transaction.atomic
def make_set_up_code() -> str:
    """A new code for the first-run pages; the one before it no longer works.

    Raises DomainError once the portal has an administrator.
    """
    demand(reads.why_not_set_up())
    code = rules.new_code()
    SetUpCode.objects.update_or_create(
        number=1, defaults={"digest": digest_of(code), "made_at": clock.real_now()}
    )
    return code


def accept_set_up_code(code: str, *, address: str) -> str:
    """The digest of the code, to be shown again with the last page; wrong ones count.

    Raises DomainError for a wrong code, for an address that tried too often, and once the portal
    has an administrator.
    """
    demand(reads.why_not_set_up())
    demand_open_address(address)
    digest = digest_of(code)
    if not SetUpCode.objects.filter(digest=digest).exists():
        count_wrong_code(address)
        raise DomainError(WRONG_SET_UP, field="code", code="wrong_code")
    return digest


@transaction.atomic
def set_up(
    digest: str,
    region: Region,
    site: str,
    agencies: Sequence[NewAgency],
    people: Sequence[NewAdministrator],
) -> list[Letter]:
    """Name the portal, found its first agencies and open the three administrators, all or nothing.

    Returns the three letters; their codes are stored nowhere. Raises DomainError when the code was
    used or replaced meanwhile, when nothing was chosen, and for what the parts refuse.
    """
    held = SetUpCode.objects.select_for_update().filter(digest=digest)
    demand(reads.why_not_set_up())
    if not held:
        raise DomainError(WRONG_SET_UP, code="wrong_code")
    demand(reads.why_not_found(agencies) or reads.why_not_staff(people))
    name_portal(site, None)
    for one in agencies:
        _found(region, one)
    letters = [_administrator(person) for person in people]
    held.delete()
    record(
        "agencies.set_up",
        region,
        None,
        f"首次设置：{region}，{len(agencies)} 个单位，三员账号 {len(letters)} 个",
    )
    return letters


def _found(region: Region, new: NewAgency) -> Agency:
    return found_agency(
        f"{region.pk}-{new.system.pk}",
        new.name,
        new.short_name or new.name,
        region,
        new.system,
        is_inspecting=new.system.pk != rules.COORDINATION,
    )


def _administrator(person: NewAdministrator) -> Letter:
    user = User(username=person.username, name=person.name)
    user.set_unusable_password()
    taken = f"用户名“{person.username}”已被使用，请换一个。"
    with unique("agencies_user_username_key", taken, field="username"):
        user.save()
    user.groups.add(Group.objects.get(name=f"{ROLE_PREFIX}{person.role}"))
    label = ROLES[person.role].label
    record("agencies.open_account", user, None, f"开通账号：{user}（{user.username}），{label}")
    return issue_activation(user, actor=None)


@transaction.atomic
def issue_activation(user: User, *, actor: User | None) -> Letter:
    """A code for an account that nobody has taken over yet; an earlier one no longer works.

    Raises NotAllowed unless the actor is a system administrator, DomainError once the account has a
    password, and for one of the three administrators, whose codes are made on the server only.
    """
    demand(reads.why_not_issue_activation(user, actor))
    code = rules.new_code()
    row, _ = Activation.objects.update_or_create(
        user=user,
        defaults={
            "digest": digest_of(code),
            "expires_at": clock.real_now() + timedelta(days=ACTIVATION_DAYS),
            "made_by": actor,
            "used_at": None,
        },
    )
    record("agencies.issue_activation", user, actor, f"发放激活码：{user}（{user.username}）")
    return Letter(user, code, row.expires_at)


def activate(code: str, password: str, *, address: str) -> User:
    """The person who holds the code, with the password chosen now.

    Raises DomainError for a wrong, used or expired code (it counts toward the lock of the address)
    and for a weak password, which leaves the code as it was.
    """
    demand_open_address(address)
    row = Activation.objects.filter(digest=digest_of(code)).first()
    if row is None or not row.is_open or not row.user.is_active:
        count_wrong_code(address)
        raise DomainError(WRONG_CODE, field="code", code="wrong_code")
    return _take_over(row.pk, password)


@transaction.atomic
def _take_over(pk: int, password: str) -> User:
    row = Activation.objects.select_for_update().select_related("user").get(pk=pk)
    user = row.user
    if (
        not row.is_open or user.has_usable_password()
    ):  # reset meanwhile: an old letter opens nothing
        raise DomainError(WRONG_CODE, field="code", code="wrong_code")
    demand(reads.why_weak(user, password))
    keep_password(user, password)
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    row.used_at = clock.real_now()
    row.save(update_fields=["used_at"])
    record("agencies.activate", user, user, f"激活账号：{user}")
    return user


THREE = tuple(slug for slug in ROLES if slug in ADMINISTRATORS)
