"""Mails that did not arrive: who sees them, what is said about them, how they go out after all."""

from datetime import timedelta

import pytest
from django.urls import reverse

from agencies.services import set_email
from core import clock, heartbeat, mail
from core.errors import DomainError, NotAllowed
from core.jobs import deliver_notices
from core.models import AuditEvent, Digest, Heartbeat, Notice
from core.notices import compose_digests, notify, resend, resend_failed
from reports import reads
from tests.core.test_delivery import MONDAY, later
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/desk/settings/mail/"


@pytest.fixture
def sysadmin(reference):
    return UserFactory(username="root-admin", name="管理员", agency=None, role="sysadmin")


@pytest.fixture
def officer(reference):
    return UserFactory(name="王某", role="officer", email="wangmou@example.org")


def refused_for_good(office, user, answer="550 no such user"):
    """An urgent notice that the server has refused as often as it is tried."""
    office.handler.answers[user.email] = answer
    notify([user], "“甲公司”检查记录被退回", "/desk/forms/7/", urgent=True)
    notice = Notice.objects.latest("pk")
    for attempt in range(1, mail.LAST_ATTEMPT + 1):
        assert reads.undelivered() == 0
        assert deliver_notices() == 0
        notice.refresh_from_db()
        assert notice.attempts == attempt
        later(seconds=1)
    return notice


def html(answer):
    return answer.content.decode()


def test_what_is_refused_too_often_waits_for_a_person(office, officer):
    notice = refused_for_good(office, officer)
    assert notice.failed_at is not None
    assert (reads.undelivered(), reads.put_off()) == (1, 0)
    office.handler.answers.clear()
    assert deliver_notices() == 0
    assert notice.sent_at is None


def test_a_closed_office_gives_no_letter_up(office, officer):
    office.close()
    notify([officer], "检查记录被退回", "/desk/", urgent=True)
    for _ in range(mail.LAST_ATTEMPT + 4):
        assert deliver_notices() == 0
        later(seconds=1)
    assert (reads.undelivered(), reads.put_off()) == (0, 1)
    notice = Notice.objects.get()
    assert mail.pause(notice.attempts).total_seconds() <= 16 * 60
    office.open()
    office.handler.answers[officer.email] = "451 try later"  # greylisting: the first answer is no
    assert deliver_notices() == 0
    assert reads.undelivered() == 0
    office.handler.answers.clear()
    later(seconds=1)
    assert deliver_notices() == 1


def test_sent_again_it_has_the_same_message_id_and_is_on_the_trail(office, officer, sysadmin):
    notice = refused_for_good(office, officer)
    office.handler.answers.clear()
    resend(notice, actor=sysadmin)
    assert deliver_notices() == 1
    assert office.seen == [("wangmou@example.org", f"<notice-{notice.pk}@portal.example>")]
    event = AuditEvent.objects.get(verb="core.resend_mail")
    assert (event.actor, event.subject) == (sysadmin, f"core.notice:{notice.pk}")
    assert "wangmou" not in event.summary
    with pytest.raises(DomainError, match="已经发出"):
        resend(notice, actor=sysadmin)
    assert AuditEvent.objects.filter(verb="core.resend_mail").count() == 1


def test_only_the_system_administrator_sends_again(office, officer):
    notice = refused_for_good(office, officer)
    for act in (lambda: resend(notice, actor=officer), lambda: resend_failed(actor=officer)):
        with pytest.raises(NotAllowed):
            act()
    notice.refresh_from_db()
    assert (notice.attempts, reads.undelivered()) == (mail.LAST_ATTEMPT, 1)
    assert not AuditEvent.objects.exists()


def test_everything_at_once_notices_and_digests(office, officer, sysadmin):
    notify([officer], "名单已确认", "/desk/")
    compose_digests(MONDAY)
    refused_for_good(office, officer)
    assert reads.undelivered() == 2
    office.handler.answers.clear()
    assert resend_failed(actor=sysadmin) == 2
    assert deliver_notices() == 2
    assert Digest.objects.get().sent_at is not None
    with pytest.raises(DomainError, match="没有未送达的邮件"):
        resend_failed(actor=sysadmin)


def test_a_corrected_address_is_tried_by_itself(office, officer, sysadmin):
    notice = refused_for_good(office, officer)
    set_email(officer, "wang@example.org", actor=sysadmin)
    assert deliver_notices() == 1
    assert office.seen == [("wang@example.org", f"<notice-{notice.pk}@portal.example>")]


@pytest.mark.parametrize(
    ("address", "answer", "reason"),
    [
        ("wangmou@example.org", "550 5.1.1 <wangmou@example.org> unknown", "不接受这个地址"),
        ("wang@@example.org", "250 OK", "邮箱地址写法有误"),
        ("wang@example.org\nx", "250 OK", "邮箱地址写法有误"),
    ],
)
def test_the_page_says_to_whom_and_why_and_hides_the_rest(
    office,
    officer,
    sysadmin,
    log_in,
    address,
    answer,
    reason,
):
    officer.email = address
    officer.save()
    refused_for_good(office, officer, answer)
    page = html(log_in(sysadmin).get(PAGE))
    assert "王某" in page
    assert "wa***@" in page
    assert "wangmou@" not in page
    assert "甲公司" not in page
    assert reason in page
    assert "在其账号页改正" in page
    assert f"试了 {mail.LAST_ATTEMPT} 次都没有送达" in page


def test_a_server_that_does_not_answer_is_named_as_such(office, officer, sysadmin, log_in):
    office.close()
    notify([officer], "检查记录被退回", "/desk/", urgent=True)
    deliver_notices()
    client = log_in(sysadmin)
    assert "没有未送达的邮件" in html(client.get(PAGE))
    page = html(client.get(f"{PAGE}?tab=waiting"))
    assert "邮件服务器连接不上" in page
    assert "恢复后会自动发送" in page


def test_the_button_sends_and_a_second_press_explains(office, officer, sysadmin, log_in):
    notice = refused_for_good(office, officer)
    office.handler.answers.clear()
    client = log_in(sysadmin)
    button = reverse("reports:mail_resend", args=["notice", notice.pk])
    assert f'action="{button}"' in html(client.get(PAGE))
    answer = client.post(button, follow=True)
    assert "将在半分钟内重新发送" in html(answer)
    assert "没有未送达的邮件" in html(answer)
    deliver_notices()
    answer = client.post(button)
    assert (answer.status_code, len(office.seen)) == (422, 1)
    assert "没有重复发送" in html(answer)
    assert client.post(reverse("reports:mail_resend", args=["letter", 1])).status_code == 404
    assert client.post(reverse("reports:mail_resend", args=["digest", 1])).status_code == 404


def test_undelivered_mail_is_on_the_work_list_of_the_system_administrator(
    office,
    officer,
    sysadmin,
    log_in,
):
    assert "没有送达" not in html(log_in(sysadmin).get("/desk/"))
    refused_for_good(office, officer)
    assert "1 封邮件没有送达" in html(log_in(sysadmin).get("/desk/"))
    assert "没有送达" not in html(log_in(officer).get("/desk/"))


def test_the_page_and_the_work_list_say_when_the_background_is_silent(sysadmin, log_in):
    client = log_in(sysadmin)
    for name in heartbeat.NAMES:
        heartbeat.seen(name)
    assert "后台程序没有应答" not in html(client.get(PAGE)) + html(client.get("/desk/"))
    heartbeat.lost("broker")
    for page in (PAGE, "/desk/"):
        assert "后台程序没有应答" in html(client.get(page))
    heartbeat.seen("broker")
    Heartbeat.objects.filter(name="worker").update(seen_at=clock.real_now() - timedelta(seconds=91))
    assert "后台程序没有应答" in html(client.get("/desk/"))
    assert "后台程序没有应答" not in html(log_in(UserFactory(role="lead")).get("/desk/"))
