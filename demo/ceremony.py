"""Draws as the people of the demonstration hold them: short, with sealed contributors, voided."""

import secrets
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from agencies.models import Agency
from demo.calendar import on
from demo.house import CITY, OFFICE, person
from draws import drs1
from draws import services as draws
from draws.ceremony_plan import WITNESS, Ceremony, Party, sealed
from draws.models import AbsenceRule, Draw
from registries.models import Grade
from tasks import services as tasks
from tasks.models import Task

SPEAKER = "市保安协会见证人"
SEALERS = {f"{CITY}-shichang": "admin-shichang", f"{CITY}-zonghe": OFFICE}
MISTAKE = "误把“守信”档比例填成 20%，应为 10%，封存后核对时发现"


def short_draw(task: Task, phrase: str) -> None:
    """A draw of grade C: the secret and a witness, with a second person's consent."""
    first = task.starts_on
    with on(first, "09:12"):
        draw = tasks.freeze_targets(task, actor=person("lead"))
    with on(first, "09:40"):
        draws.consent(draw, actor=person("admin-gongan"))
    with on(first, "10:12"):
        tasks.open_targets(draw, witness=SPEAKER, phrase=phrase, actor=person("lead"))


def sealed_draw(task: Task, phrase: str) -> None:
    """A draw of grade B: two agencies that do not draw seal a value and open it."""
    first = task.starts_on
    with on(first, "09:12"):
        until = at(first, "09:40"), at(first, "10:10")
        draw = tasks.freeze_targets(task, plan(task, *until), actor=person("lead"))
    values = {}
    for code, username in SEALERS.items():
        with on(first, "09:21" if code.endswith("shichang") else "09:26"):
            values[code] = _seal(draw, code, username)
    with on(first, "09:31"):
        draws.speak(draw, witness=SPEAKER, phrase=phrase, actor=person("lead"))
    for code, username in SEALERS.items():
        with on(first, "09:44" if code.endswith("shichang") else "09:48"):
            part = draw.contributors.get(agency__code=code)
            draws.reveal(part, values[code], actor=person(username))
    draw.refresh_from_db()
    with on(first, "10:12"):
        tasks.open_targets(draw, actor=person("lead"))


def frozen_by_mistake(task: Task) -> None:
    """A list frozen with a wrong ratio, and voided by two people before it was opened."""
    first, lead = task.starts_on, person("lead")
    with on(first, "08:40"):
        _set_good(task, 200_000)
        draw = tasks.freeze_targets(task, actor=lead)
    with on(first, "08:52"):
        tasks.propose_void(draw, MISTAKE, actor=lead)
    with on(first, "09:03"):
        tasks.void(draw, actor=person("leader"))
        task.refresh_from_db()
        _set_good(task, 100_000)


def frozen_today(task: Task, today: date) -> None:
    """A list frozen this morning; two agencies have the next days to seal and to open."""
    until = at(today + timedelta(days=2), "17:00"), at(today + timedelta(days=4), "17:00")
    with on(today, "08:45"):
        tasks.freeze_targets(task, plan(task, *until, witness=False), actor=person("lead"))


def plan(
    task: Task, commit_until: datetime, reveal_until: datetime, witness: bool = True
) -> Ceremony:
    """Two sealed contributors from outside and, unless told, a witness in the hall."""
    agencies = Agency.objects.filter(code__in=SEALERS).order_by("code")
    parties = [sealed(agency, task.agency_id) for agency in agencies]
    return Ceremony(
        parties=(*parties, *([Party(WITNESS)] if witness else [])),
        missing=AbsenceRule.PROCEED,
        commit_until=commit_until,
        reveal_until=reveal_until,
    )


def at(day: date, clock: str) -> datetime:
    """A time of a day in the zone of the portal."""
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock)))


def _seal(draw: Draw, code: str, username: str) -> str:
    """Seal as the browser of that agency does; returns the value that stays there."""
    part = draw.contributors.get(agency__code=code)
    value = secrets.token_bytes(32)
    digest = drs1.commit_digest(part.code, draw.freeze_digest, value)
    draws.commit(part, digest, actor=person(username))
    return value.hex()


def _set_good(task: Task, ppm: int) -> None:
    good = Grade.objects.get(scheme=task.scheme, slug="good")
    tiers = tuple(
        tasks.TierAsked(tier.grade, ppm if tier.grade == good else tier.ratio_ppm, tier.count)
        for tier in task.tiers.select_related("grade")
    )
    asked = tasks.Sampling(
        task.ratio_ppm, task.rules["rounding"], task.batches, task.load_cap, tiers
    )
    tasks.change_task(task, {}, asked, actor=person("lead"))
