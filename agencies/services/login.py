"""Use cases on logging in: who gets in, who is kept out and until when, who leaves.

An attempt counts against its account before the password is looked at, and is given back when it
was right. Many attempts at once can therefore not outrun the limit, and no row stays locked while
a password is checked, which is slow on purpose (docs/adr/0010).
"""

from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from agencies import reads, rules
from agencies.models import LogInGuard, User
from core import clock
from core.audit import record
from core.errors import DomainError, demand
from core.fields import blind_index

ACCOUNT, ADDRESS = LogInGuard.Scope.ACCOUNT, LogInGuard.Scope.ADDRESS
WRONG = "用户名或口令不正确，请核对大小写后重试。忘记口令请联系系统管理员。"
FEW = 2  # so many attempts before the lock the reader is warned of it


@dataclass(frozen=True, slots=True)
class LogInAttempt:
    """One press of 登录: where from, the rows that count it, and whose name was typed, if anyone's."""

    address: str
    account_pk: int
    address_pk: int | None
    holder: User | None


def log_in(username: str, password: str, *, address: str) -> User:
    """The user these credentials belong to, recorded as logged in.

    Three short transactions: count, look at the password, settle. A refusal leaves the count and
    its line on the trail behind: they are what the use case is for.
    address: as `rules.client_address` gives it; when it is unknown only the account counts.
    Raises DomainError with the sentence for the log-in page.
    """
    attempt = _begin(username, address)
    name = attempt.holder.username if attempt.holder else username
    user = authenticate(None, username=name, password=password)
    if user is None:
        raise DomainError(_turn_away(attempt))
    _admit(user, attempt)
    return user


def is_own_password(user: User, password: str, *, address: str) -> bool:
    """Whether it is the user's; wrong ones count toward the lock like failed log-ins.

    For acts that ask for the password once more. The caller says on the trail what was tried.
    Raises DomainError while the account or the address is locked.
    """
    attempt = _begin(user.username, address)
    right = user.check_password(password)
    _settle(attempt, right)
    return right


def _begin(username: str, address: str) -> LogInAttempt:
    """A counted attempt; raises DomainError when it is refused before the password is looked at."""
    attempt, refusal = _count(username, address)
    if refusal:
        raise DomainError(refusal)
    return attempt


def _find(username: str, address: str) -> LogInAttempt:
    """The rows that count the attempt, locked: nobody clears them away under it."""
    name = rules.account_key(username)
    holder = User.objects.filter(username__iexact=name).first()
    guards = LogInGuard.objects.select_for_update()
    account, _ = guards.get_or_create(
        scope=ACCOUNT, key=blind_index(name), defaults={"user": holder}
    )
    if holder and account.user_id is None:  # the name was tried before the account was opened
        LogInGuard.objects.filter(pk=account.pk).update(user=holder)
    from_where = None
    if address:
        from_where, _ = guards.get_or_create(scope=ADDRESS, key=rules.address_key(address))
    return LogInAttempt(address, account.pk, from_where.pk if from_where else None, holder)


def _locked_rows(attempt: LogInAttempt) -> list[LogInGuard]:
    """The rows of the attempt, the account first: everybody takes them in this order."""
    rows = LogInGuard.objects.select_for_update()
    return [rows.get(pk=pk) for pk in (attempt.account_pk, attempt.address_pk) if pk]


@transaction.atomic
def _count(username: str, address: str) -> tuple[LogInAttempt, str | None]:
    """Count the attempt against its account; the sentence for the reader when it is refused."""
    attempt = _find(username, address)
    guards = _locked_rows(attempt)
    account = guards[0]
    full = account.failures >= settings.PORTAL_LOCK_ACCOUNT_AFTER
    if not account.is_closed and full and not _window_over(account):
        _close(account, attempt)  # the attempts that filled the limit are still being looked at
    closed = next((guard for guard in guards if guard.is_closed), None)
    if closed:
        LogInGuard.objects.filter(pk=closed.pk).update(refused=F("refused") + 1)
        return attempt, _closed_sentence(closed)
    _add_failure(account)
    return attempt, None


@transaction.atomic
def _turn_away(attempt: LogInAttempt) -> str:
    """Record the failure and close what has had too many; the sentence for the reader."""
    guards = _locked_rows(attempt)
    account = guards[0]
    subject = attempt.holder or account
    why = _why_refused(attempt.holder)
    record(
        "agencies.fail_log_in",
        subject,
        None,
        f"登录失败：{attempt.holder or '未登记的用户名'}，{why}",
        address=attempt.address,
        failures=account.failures,
    )
    _lock_after_failures(guards, attempt)
    closed = next((guard for guard in guards if guard.is_closed), None)
    if closed:
        return _closed_sentence(closed)
    left = _limit(account) - account.failures
    if left > FEW:
        return WRONG
    return f"{WRONG}再输错 {left} 次，该账号将锁定 {settings.PORTAL_LOCK_MINUTES} 分钟。"


@transaction.atomic
def _admit(user: User, attempt: LogInAttempt) -> None:
    """Record the log-in and forget the failures of the account, never those of the address."""
    account = _locked_rows(attempt)[0]
    before = account.failures - 1
    _open(account)
    record("agencies.log_in", user, user, f"登录：{user}", address=attempt.address, failures=before)


@transaction.atomic
def _settle(attempt: LogInAttempt, right: bool) -> None:
    """Give the attempt back, or close what has had too many."""
    guards = _locked_rows(attempt)
    if right:
        _open(guards[0])
        return
    _lock_after_failures(guards, attempt)


def _lock_after_failures(guards: list[LogInGuard], attempt: LogInAttempt) -> None:
    """Count a failure against the address too; the account has counted it before."""
    for guard in guards[1:]:
        _add_failure(guard)
    for guard in guards:
        if not guard.is_closed and guard.failures >= _limit(guard):
            _close(guard, attempt)


def _why_refused(holder: User | None) -> str:
    if holder is None:
        return "没有这个账号"
    return "口令不正确" if holder.is_active else "账号已停用"


def _limit(guard: LogInGuard) -> int:
    """How many failures close it."""
    if guard.scope == ACCOUNT:
        return settings.PORTAL_LOCK_ACCOUNT_AFTER
    return settings.PORTAL_LOCK_ADDRESS_AFTER


def _lock_time() -> timedelta:
    return timedelta(minutes=settings.PORTAL_LOCK_MINUTES)


def _window_over(guard: LogInGuard) -> bool:
    """Whether its failures are too old to count."""
    since = guard.counting_since
    return since is None or since + _lock_time() <= clock.real_now()


def _add_failure(guard: LogInGuard) -> None:
    if _window_over(guard):
        _open(guard)
        guard.counting_since = clock.real_now()
    guard.failures += 1
    guard.save()


def _close(guard: LogInGuard, attempt: LogInAttempt) -> None:
    guard.locked_until = clock.real_now() + _lock_time()
    guard.save()
    who = f"网络地址 {guard.key}" if guard.scope == ADDRESS else attempt.holder or "未登记的用户名"
    known = guard.scope == ACCOUNT and attempt.holder
    record(
        "agencies.lock",
        known or guard,
        None,
        f"锁定登录：{who}，连续失败 {guard.failures} 次，{settings.PORTAL_LOCK_MINUTES} 分钟",
        address=attempt.address,
        failures=guard.failures,
    )


def _open(guard: LogInGuard) -> None:
    guard.failures = guard.refused = 0
    guard.counting_since = guard.locked_until = None
    guard.save()


def _closed_sentence(guard: LogInGuard) -> str:
    """How long and whom to ask; the same for names that nobody has."""
    now = clock.real_now()
    opens = guard.locked_until or now
    left = rules.minutes_left(opens - now)
    until = timezone.localtime(opens)
    wait = f"请约 {left} 分钟后（{until:%H:%M} 以后）再试，急用请联系系统管理员解除锁定。"
    if guard.scope == ADDRESS:
        return f"您所在的网络地址登录失败次数过多，已暂停登录，{wait}"
    return f"该账号连续登录失败次数过多，已锁定，{wait}如不是您本人操作，也请告知系统管理员。"


@transaction.atomic
def demand_open_address(address: str) -> None:
    """Raise DomainError while the address is closed; for codes, which have no account to count on."""
    if not address:
        return
    guard = LogInGuard.objects.filter(scope=ADDRESS, key=rules.address_key(address)).first()
    if guard is not None and guard.is_closed:
        LogInGuard.objects.filter(pk=guard.pk).update(refused=F("refused") + 1)
        raise DomainError(_closed_sentence(guard))


@transaction.atomic
def count_wrong_code(address: str) -> None:
    """Count a wrong code against its address, and close the address when it has had too many."""
    if not address:
        return
    guard, _ = LogInGuard.objects.select_for_update().get_or_create(
        scope=ADDRESS, key=rules.address_key(address)
    )
    _add_failure(guard)
    if not guard.is_closed and guard.failures >= _limit(guard):
        _close(guard, LogInAttempt(address, guard.pk, guard.pk, None))


@transaction.atomic
def lift_lock(guard: LogInGuard, *, actor: User) -> None:
    """Let an account or an address try again before its time is over.

    Raises NotAllowed unless the actor is a system administrator, DomainError when nothing is locked.
    """
    guard = LogInGuard.objects.select_for_update().get(pk=guard.pk)
    demand(reads.why_not_lift_lock(guard, actor))
    refused = guard.refused
    _open(guard)
    who = f"网络地址 {guard.key}" if guard.scope == ADDRESS else guard.user or "未登记的用户名"
    summary = f"解除登录锁定：{who}，锁定期间拒绝 {refused} 次"
    record("agencies.lift_lock", guard.user or guard, actor, summary, refused=refused)


def clear_sessions() -> None:
    """Forget sessions that are over: Django leaves their rows behind."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


@transaction.atomic
def clear_guards() -> int:
    """Forget the counts that are over: names and addresses are not kept for longer than needed.

    Returns how many. A row that an attempt holds just now is left for the next day.
    """
    now = clock.real_now()
    counting = Q(counting_since__gt=now - _lock_time()) | Q(locked_until__gt=now)
    rows = LogInGuard.objects.select_for_update(skip_locked=True).exclude(counting)
    pks = list(rows.values_list("pk", flat=True))
    LogInGuard.objects.filter(pk__in=pks).delete()
    return len(pks)


@transaction.atomic
def log_out(user: User, *, address: str) -> None:
    """The user leaves on this device."""
    record("agencies.log_out", user, user, f"退出登录：{user}", address=address)


@transaction.atomic
def log_out_idle(user: User, *, address: str) -> None:
    """The device was left alone for too long; nobody did this, so the trail names no actor."""
    minutes = settings.PORTAL_IDLE_MINUTES
    summary = f"自动退出：{user}，{minutes} 分钟没有操作"
    record("agencies.log_out_idle", user, None, summary, address=address)


@transaction.atomic
def log_out_everywhere(user: User, *, address: str) -> None:
    """End every session of the user, on all devices, without a new password."""
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)
    user.refresh_from_db(fields=["session_round"])
    summary = f"退出全部设备：{user}"
    record("agencies.log_out_everywhere", user, user, summary, address=address)
