"""Ceremonies as tests play them: three agencies, a superior, times on one morning."""

import secrets

from agencies.models import Agency
from agencies.services import grant_joint_access
from draws import drs1
from draws import services as draws
from draws.ceremony_plan import WITNESS, Ceremony, Party, sealed
from tasks import services
from tests import suzhou
from tests.draws import occasions
from tests.factories import UserFactory, agency

MORNING, SSQ, at = occasions.MORNING, occasions.SSQ, occasions.at


def market():
    return Agency.objects.get(code="341300-shichang")


def fire(task):
    """A second participant with an administrator."""
    added = agency("341300", "xiaofang", name="宿州市消防救援支队", short_name="市消防")
    UserFactory(username="admin-xiaofang", role="agency_admin", agency=added)
    task.participants.add(added)
    grant_joint_access(task, [added])
    return added


def superior():
    """The bureau of the province, which does not take part."""
    added = agency("340000", "gongan", name="安徽省公安厅", short_name="省公安厅")
    UserFactory(username="admin-province", role="agency_admin", agency=added)
    return added


def plan(task, *agencies, witness=True, **more):
    parties = [sealed(one, task.agency_id) for one in agencies]
    parties += [Party(WITNESS)] if witness else []
    times = {"commit_until": at("10:00"), "reveal_until": at("10:30")} if agencies else {}
    return Ceremony(**{"parties": tuple(parties), "missing": "proceed", **times, **more})


def freeze(task, ceremony):
    return services.freeze_targets(task, ceremony, actor=suzhou.person("lead"))


def admin(one):
    return one.users.get(groups__name="role:agency_admin")


def row(draw, one):
    return draw.contributors.select_related("draw__drawn_for__task").get(agency=one)


def seal(draw, one):
    """Seal as the browser does; returns the value that stays there."""
    part = row(draw, one)
    value = secrets.token_bytes(32)
    digest = drs1.commit_digest(part.code, draw.freeze_digest, value)
    draws.commit(part, digest, actor=admin(one))
    return value.hex()


def reveal(draw, one, value):
    draws.reveal(row(draw, one), value, actor=admin(one))


def speak(draw):
    draws.speak(draw, actor=suzhou.person("lead"), **suzhou.WITNESS)


def give(draw, *agencies):
    """Everybody seals, the witness speaks, everybody reveals."""
    values = {one.pk: seal(draw, one) for one in agencies}
    speak(draw)
    for one in agencies:
        reveal(draw, one, values[one.pk])
    draw.refresh_from_db()


def read_beacon(draw, value=SSQ, *who):
    for username in who or ("lead", "admin-shichang"):
        draws.enter_beacon(
            draw, value=value, source="中国福利彩票网", actor=suzhou.person(username)
        )
    draw.refresh_from_db()


def void(draw, reason="名录漏了一个县区"):
    services.propose_void(draw, reason, actor=suzhou.person("lead"))
    return services.void(draw, actor=suzhou.person("leader"))
