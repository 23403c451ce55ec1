"""Access rules that hold for every address, present and future (tests/access.py)."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.signals import request_finished
from django.db import close_old_connections, connection, transaction
from django.test import Client
from django.urls import get_resolver, reverse

from agencies.models import LogInGuard, User
from catalog.models import Item
from catalog.services import create_version
from core import clock
from core.models import Notice
from demo.house import HOME, STAR
from inspections import services as field
from inspections.models import Inspection
from plans import services as plans
from publication.services import approve
from registries.models import Inspector, Leave, Recusal, Target
from registries.services import keep_upload
from tasks.models import Replacement, Substitution
from tests import suzhou
from tests.access import ACCESS, CLOSED, LOGIN, OWN, PUBLIC, ROLE, SEES, TEAM, readers
from tests.factories import ExemptionFactory, UserFactory, agency
from tests.inspections import camera

ROLES = ["lead", "agency_admin", "officer", "deputy", "principal", "supervisor"]


def names(patterns=None, prefix=""):
    """The name of every address of the portal."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern.url_patterns, inner)
        else:
            yield f"{prefix}{pattern.name}"


@pytest.mark.django_db  # so that pytest-django makes the database that `world` fills
def test_every_address_is_in_the_table():
    assert sorted(set(names())) == sorted(ACCESS)


@dataclass
class World:
    """Objects by the names of the table, and for each who sees it without being allowed more."""

    objects: dict
    onlookers: dict

    def url(self, name):
        access = ACCESS[name]
        args = [self.objects[access.args]] if access.args else []
        args += [self.objects.get(more, more) for more in access.more]
        return reverse(name, args=args)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One house with a finished visit and drafts of everything, for all tests of this module."""
    with django_db_blocker.unblock():
        assert connection.settings_dict["NAME"].startswith("test_")
        block = transaction.atomic()
        block._from_testcase = True  # as Django's TestCase does, so that durable services run
        with pytest.MonkeyPatch.context() as patch, block:
            from django.conf import settings  # noqa: PLC0415 settings are ready only now

            patch.setattr(settings, "PORTAL_TODAY", "2021-07-15")
            yield lay()
            transaction.set_rollback(True)


def lay():
    task = suzhou.lay_task()
    suzhou.assigned(task)
    lead, admin = suzhou.person("lead"), suzhou.person("admin-gongan")
    field.dispatch(task, actor=lead)
    visit = Inspection.objects.get(selection__target__name=STAR)
    section = submitted(visit)
    others = visit.sections.exclude(pk=section.pk).get()
    publication = approve(others, actor=suzhou.person("deputy-shichang"))
    draft = plans.adjust(task.line.plan, actor=lead)
    version = create_version(
        lead.agency, "第二版", "", actor=lead, copy_from=lead.agency.versions.get()
    )
    inspector = Inspector.objects.get(user=suzhou.person("officer-gongan"))
    home_admin = UserFactory(username="home-admin", role="agency_admin", agency=inspector.agency)
    for role in ROLES:
        UserFactory(username=f"far-{role}", role=role, agency=agency("410200", "gongan"))
    UserFactory(username="office", role="coordinator", agency=lead.agency)
    upload = keep_upload("target", "名录.csv", "统一社会信用代码,名称\n".encode(), actor=admin)
    objects = {
        "publication": publication.pk,
        "firm": publication.uscc,
        "task": task.number,
        "contribution": task.number,
        "draw": f"{task.number}-1",
        "agency": lead.agency.code,
        "user": home_admin.pk,
        "guard": closed_address(),
        "letter_kind": "notice",
        "letter": undelivered().pk,
        "year": 2021,
        "version": version.pk,
        "item": version.items.get().pk,
        "target": Target.objects.get(name=STAR).pk,
        "inspector": inspector.pk,
        "recusal": Recusal.objects.get(inspector__user__username=f"{HOME}-gongan-3").pk,
        "upload": upload.pk,
        "exemption": ExemptionFactory(task=task, target=Target.objects.get(name=STAR)).pk,
        "kind": "target",
        "plan": draft.pk,
        "county": "341302",
        "trade": "baoan",
        "profile": task.profile_id,
        "line": draft.lines.get().pk,
        "free_line": task.line.pk,
        "visit": visit.pk,
        "section": section.pk,
        "evidence": section.evidence.get().pk,
        **changes_of(task, visit, inspector),
        "item_of_section": Item.objects.get(pk=section.items.get().pk).pk,
    }
    onlookers = {
        "contribution": "deputy-gongan",
        "inspector": "deputy-gongan",
        "recusal": "deputy-gongan",
        "visit": "deputy-gongan",
        "section": "home-admin",
        "evidence": "deputy-gongan",
    }
    return World(objects, onlookers)


def changes_of(task, visit, inspector):
    """A report on the list, an application to leave a team, and days of leave."""
    selection = task.selections.exclude(pk=visit.selection_id).first()
    admin, now = suzhou.person("admin-gongan"), clock.now()
    report = Replacement(
        draw=selection.draw,
        selection=selection,
        fault="closed",
        note="已停业",
        evidence_name="现场.jpg",
        evidence_sha256="0" * 64,
        agency=admin.agency,
        proposed_by=admin,
        proposed_at=now,
    )
    report.evidence.save("proof.jpg", ContentFile(camera.jpeg()))
    assignment = visit.selection.assignments.get(inspector=inspector)
    application = Substitution.objects.create(
        assignment=assignment,
        agency=inspector.agency,
        cause="health",
        note="住院",
        requested_by=inspector.user,
        requested_at=now,
    )
    leave = Leave.objects.create(
        inspector=inspector, starts_on="2021-08-01", ends_on="2021-08-02", reason="培训"
    )
    return {
        "listed": selection.pk,
        "report": report.pk,
        "assignment": assignment.pk,
        "substitution": application.pk,
        "leave": leave.pk,
    }


def closed_address():
    """An address whose log-ins are locked."""
    until = clock.real_now() + timedelta(hours=1)
    return LogInGuard.objects.create(scope="address", key="192.0.2.7", locked_until=until).pk


def undelivered():
    """A mail that was given up."""
    return Notice.objects.create(
        recipient=suzhou.person("lead"), text="到期提醒", link="/desk/", failed_at=clock.now()
    )


def submitted(visit):
    """The visit with both sections submitted; returns the police section."""
    from uuid import uuid4  # noqa: PLC0415

    first = suzhou.person("officer-gongan")
    field.enter(visit, certificates_shown=True, rights_told=True, actor=first)
    sections = {s.agency.system_id: s for s in visit.sections.select_related("agency")}
    field.attach(sections["gongan"], camera.jpeg(), actor=first)
    for slug, section in sections.items():
        officer = suzhou.person(f"officer-{slug}")
        field.answer_rest_no_issue(section, actor=officer)
        for username in (f"officer-{slug}", f"officer-{slug}-2"):
            inspector = Inspector.objects.get(user__username=username)
            field.confirm(section, inspector, password="demo-2021", address="", actor=officer)
    field.refuse_signature(visit, reason="不愿签字", witness="社区", actor=first)
    for slug, section in sections.items():
        field.submit(section, submission_id=uuid4(), actor=suzhou.person(f"officer-{slug}"))
    return sections["gongan"]


def call(username, world, name, method=None):
    """The status for a user, or for nobody; whatever happens is taken back."""
    client = Client()
    if username:
        client.force_login(User.objects.get(username=username))
    point = transaction.savepoint()
    try:
        answer = getattr(client, method or ACCESS[name].method)(world.url(name))
        close(answer)
        return answer.status_code, answer.get("Location", "")
    finally:
        transaction.savepoint_rollback(point)


def close(answer):
    """Close a file that is sent, but not the connection, as the test client itself does it."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


def having(*rules):
    return sorted(name for name, access in ACCESS.items() if access.rule in rules)


@pytest.mark.parametrize("name", having(PUBLIC))
def test_the_public_needs_no_account(world, name):
    status, _ = call(None, world, name)
    # the certificate and the page of a firm wait for the list, and say so
    waits = {"publication:certificate", "publication:verify_page", "publication:firm"}
    assert status == (404 if name in waits else 200)


@pytest.mark.parametrize("name", having(CLOSED))
def test_a_portal_with_an_administrator_is_set_up_no_more(world, name):
    point = transaction.savepoint()
    UserFactory(username="an-administrator", role="sysadmin")
    try:
        assert call(None, world, name)[0] == 409
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("name", having(LOGIN, SEES, ROLE, OWN, TEAM))
def test_strangers_must_log_in(world, name):
    status, location = call(None, world, name)
    assert status == 403 if name.startswith("api-") else location.startswith("/login/")


@pytest.mark.parametrize("name", having(LOGIN))
def test_an_account_is_enough(world, name):
    assert call("far-supervisor", world, name)[0] in {200, 302}


@pytest.mark.parametrize("name", having(SEES))
def test_what_one_may_not_see_does_not_exist(world, name):
    for role in ROLES:
        assert call(f"far-{role}", world, name)[0] == 404, role


@pytest.mark.parametrize("name", having(OWN, TEAM))
def test_the_right_role_in_the_wrong_agency_finds_nothing(world, name):
    for role in ACCESS[name].roles:
        assert call(f"far-{role}", world, name)[0] == 404, role


@pytest.mark.parametrize("name", having(OWN, TEAM))
def test_the_wrong_role_is_refused(world, name):
    onlooker = world.onlookers.get(ACCESS[name].args, "supervisor")
    assert call(onlooker, world, name)[0] == 403


@pytest.mark.parametrize("name", having(ROLE))
def test_other_roles_are_refused(world, name):
    allowed = ACCESS[name].roles
    others = {
        "lead": "lead",
        "agency_admin": "admin-gongan",
        "officer": "officer-gongan",
        "deputy": "deputy-gongan",
        "supervisor": "supervisor",
        "sysadmin": "sysadmin",
        "secadmin": "secadmin",
        "auditor": "auditor",
    }
    for role, username in others.items():
        if role not in allowed:
            assert call(username, world, name)[0] == 403, role


@pytest.mark.parametrize(
    "name", [name for name in having(SEES, OWN, ROLE) if ACCESS[name].method == "get"]
)
def test_who_may_gets_the_page(world, name):
    for username in readers(name):
        status, _ = call(username, world, name)
        # a line that has been launched opens nothing twice: its page says so
        assert status == 200 or (name == "tasks:create" and status == 404), username
