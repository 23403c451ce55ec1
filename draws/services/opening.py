"""Consent and opening: the result is stored before anybody sees it; two clicks give one draw."""

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError, demand
from core.notices import notify
from core.workflow import advance, lock
from draws import drs1
from draws.models import Draw, Opening
from draws.reads import certificates
from draws.reads.refusals import waits_for_witness, why_not_consent, why_not_open
from draws.services import background
from draws.services.contributions import close, enter_phrase
from draws.services.freezing import CHAIN_LENGTH
from draws.services.public_log import log
from draws.times import utc

OPENED = [
    "opened_secret",
    "seed",
    "result_text",
    "result_digest",
    "assurance",
    "opened_at",
    "opened_by",
]
CLOSED = ["closed_text", "closed_digest", "closed_at"]
SPOILT = "封存的内容没有通过核对，摇号没有开始。请保留现场，联系系统管理员。"


@transaction.atomic
def consent(draw: Draw, *, actor: User | None) -> None:
    """A second person agrees to a draw that outsiders do not secure (grade C).

    The person belongs to an agency that takes part, holds the permission, and did not freeze it.
    """
    lock(draw)
    demand(why_not_consent(draw, actor))
    draw.consented_by, draw.consented_at = actor, clock.now()
    draw.save(update_fields=["consented_by", "consented_at"])
    record("draws.consent", draw, actor, f"同意按保证等级 C 摇号：{draw}")
    leads = User.objects.with_role("lead").filter(agency=draw.agency)
    notify(leads, f"{draw} 已有第二人同意，可以摇号。", draw.link)


@transaction.atomic
def open_(
    draw: Draw,
    *,
    witness: str = "",
    phrase: str = "",
    actor: User | None,
    computed: background.Computed | None = None,
) -> drs1.Outcome:
    """Check, compute, store, log: all of it, or nothing. The caller keeps what was drawn.

    witness, phrase: what is said last, where nobody seals. computed: from a worker, see `disclose`.
    Raises NotAllowed, IllegalMove, DomainError while something is missing.
    """
    _prepare(draw, witness, phrase, actor)
    outcome = disclose(draw, actor=actor, computed=computed)
    draw.save(update_fields=OPENED)  # the lists and the secret are not written again
    advance(draw, "open", actor=actor, result=draw.result_digest)
    return outcome


@transaction.atomic
def open_by_worker(draw: Draw, *, witness: str = "", phrase: str = "", actor: User | None) -> None:
    """Everything that comes before the computation, and the row by which a worker finds it."""
    _prepare(draw, witness, phrase, actor)
    background.ask(draw, actor=actor)


def _prepare(draw: Draw, witness: str, phrase: str, actor: User | None) -> None:
    """Lock a draw that can be opened now, with its contributions closed.

    The last contribution of a draw without beacon is spoken as it is opened.
    """
    lock(draw)
    demand(why_not_open(draw, actor))
    if draw.closed_digest:
        return
    if waits_for_witness(draw):
        enter_phrase(draw, witness, phrase, actor)
    close(draw)


def disclose(
    draw: Draw,
    *,
    actor: User | None,
    voided: bool = False,
    computed: background.Computed | None = None,
) -> drs1.Outcome:
    """Open the secret of a closed draw, compute it and log the result; the caller saves.

    computed: input and outcome from a worker, taken where the input is still the same.
    """
    last = bytes.fromhex(draw.secret)
    draw.opened_secret = drs1.chain(draw.draw_id, last, CHAIN_LENGTH)[1]
    try:
        data = certificates.input_of(draw)
        same = computed is not None and computed[0] == data
        outcome = computed[1] if same else drs1.draw(data, voided=voided)
    except drs1.Refused as error:
        raise DomainError(SPOILT) from error
    if (outcome.freeze, outcome.closed) != (draw.freeze_digest, draw.closed_digest):
        raise DomainError(SPOILT)
    draw.seed, draw.result_text = outcome.seed, outcome.result_text
    draw.result_digest = outcome.result
    draw.opened_at, draw.opened_by = clock.now(), actor
    draw.assurance = drs1.assurance(
        outcome.plan,
        outcome.contributions,
        certificates.publication_of(draw),
        utc(draw.beacon_at) if draw.beacon_at else None,
    )
    log(draw, "open", outcome.result_text)
    return outcome


def is_ready(draw: Draw) -> bool:
    """Whether a draw with a beacon can open by itself, and no worker has been asked to."""
    return (
        not hasattr(draw, "opening")
        and bool(draw.closed_digest)
        and bool(draw.beacon_value)
        and not Opening.objects.filter(draw=draw).exists()
        and why_not_open(draw, None) is None
    )
