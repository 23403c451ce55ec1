"""Mail over a real SMTP server: at least once, one Message-ID per row, nobody blocks the rest."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.settings import mail_server
from core import clock, mail, notices
from core.jobs import deliver_notices
from core.models import Digest, Notice
from core.notices import compose_digests, notify
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY, TUESDAY = date(2021, 7, 12), date(2021, 7, 13)


@pytest.fixture
def lead():
    return UserFactory(email="lead@example.org", agency=None)


def urgent(user, text="检查记录被退回", link="/desk/forms/7/"):
    notify([user], text, link, urgent=True)
    return Notice.objects.latest("pk")


def later(**ago):
    """As if the pause were over."""
    past = clock.real_now() - timedelta(**ago)
    for model in (Notice, Digest):
        model.objects.exclude(retry_at=None).update(retry_at=past)


def test_an_urgent_notice_is_a_mail_at_once(office, lead):
    notice = urgent(lead)
    assert deliver_notices() == 1
    assert deliver_notices() == 0

    assert office.seen == [("lead@example.org", f"<notice-{notice.pk}@portal.example>")]
    assert office.last["Subject"] == "检查记录被退回"
    assert office.last["From"] == "portal@portal.example"
    assert office.last["Auto-Submitted"] == "auto-generated"
    assert "https://portal.example/desk/forms/7/" in office.last.get_content()
    notice.refresh_from_db()
    assert notice.sent_at is not None
    assert notice.attempts == 0


def test_a_reason_of_several_lines_fits_into_the_subject(office, lead):
    urgent(lead, "被退回：第一行\r\nBcc: x@example.org\n第二行")
    deliver_notices()
    assert office.last["Subject"].strip() == "被退回：第一行 Bcc: x@example.org 第二行"
    assert office.last["Bcc"] is None


def test_what_can_wait_is_one_digest_in_the_morning(office, lead):
    other = UserFactory(email="other@example.org", agency=None)
    notify([lead, other], "名单已确认", "/desk/tasks/1/")
    notify([lead], "计划已批准", "/desk/plans/2/")
    assert deliver_notices() == 0

    assert compose_digests(MONDAY) == 2
    assert compose_digests(MONDAY) == 0
    assert deliver_notices() == 2
    assert deliver_notices() == 0

    digests = {digest.recipient: digest for digest in Digest.objects.all()}
    assert sorted(office.seen) == [
        ("lead@example.org", f"<digest-{digests[lead].pk}@portal.example>"),
        ("other@example.org", f"<digest-{digests[other].pk}@portal.example>"),
    ]
    mails = {to[0]: letter for to, letter in office.handler.mails}
    assert mails["lead@example.org"]["Subject"] == "每日提醒（2021年7月12日）：2 条"
    words = mails["lead@example.org"].get_content()
    assert words.index("1. 名单已确认") < words.index("2. 计划已批准")
    assert "https://portal.example/desk/plans/2/" in words
    assert not Notice.objects.filter(sent_at=None).exists()


def test_what_arrives_after_the_digest_waits_for_the_next(office, lead):
    notify([lead], "第一条", "/desk/")
    compose_digests(MONDAY)
    notify([lead], "第二条", "/desk/")
    assert compose_digests(MONDAY) == 0
    assert compose_digests(TUESDAY) == 1
    deliver_notices()
    assert [letter["Subject"] for _, letter in office.handler.mails] == [
        "每日提醒（2021年7月12日）：1 条",
        "每日提醒（2021年7月13日）：1 条",
    ]
    assert "第二条" in office.last.get_content()


def test_nobody_is_mailed_who_has_read_it_or_is_gone_or_has_no_address(office):
    reader, gone, without = (
        UserFactory(email="reader@example.org", agency=None),
        UserFactory(email="gone@example.org", agency=None, is_active=False),
        UserFactory(email="", agency=None),
    )
    notify([reader, gone, without], "名单已确认", "/desk/")
    notify([gone, without], "被退回", "/desk/", urgent=True)
    notices.mark_read(reader)
    assert compose_digests(MONDAY) == 0
    assert deliver_notices() == 0
    assert office.seen == []
    assert not Notice.objects.filter(sent_at=None).exists()


def test_a_crash_between_mail_and_commit_sends_the_same_message_id_again(office, lead, monkeypatch):
    notice = urgent(lead)
    send = mail.Outbox.send

    def crash(outbox, letter):
        send(outbox, letter)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(mail.Outbox, "send", crash)
        with pytest.raises(KeyboardInterrupt):
            deliver_notices()
    notice.refresh_from_db()
    assert (notice.sent_at, notice.attempts) == (None, 0)

    assert deliver_notices() == 1
    assert office.seen == [("lead@example.org", f"<notice-{notice.pk}@portal.example>")] * 2


def test_a_digest_that_is_sent_again_says_the_same(office, lead, monkeypatch):
    notify([lead], "名单已确认", "/desk/")
    compose_digests(MONDAY)
    send = mail.Outbox.send

    def crash(outbox, letter):
        send(outbox, letter)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(mail.Outbox, "send", crash)
        with pytest.raises(KeyboardInterrupt):
            deliver_notices()
    notices.mark_read(lead)
    notify([lead], "后来的", "/desk/")
    deliver_notices()
    first, second = (letter for _, letter in office.handler.mails)
    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_content() == second.get_content()


def test_a_bad_address_is_put_off_and_the_rest_goes_out(office, lead):
    office.handler.answers["bad@example.org"] = "550 no such user"
    refused, broken, torn = (
        urgent(UserFactory(email=address, agency=None))
        for address in ("bad@example.org", "no@@example.org", "two@example.org\nlines")
    )
    good = urgent(lead)
    assert deliver_notices() == 1
    assert office.seen == [("lead@example.org", f"<notice-{good.pk}@portal.example>")]
    for notice in (refused, broken, torn):
        notice.refresh_from_db()
        assert (notice.sent_at, notice.attempts) == (None, 1)
        assert notice.retry_at > clock.real_now()
        assert notice.last_error
    assert "no such user" in refused.last_error

    assert deliver_notices() == 0
    refused.refresh_from_db()
    assert refused.attempts == 1

    later(seconds=1)
    office.handler.answers.clear()
    assert deliver_notices() == 1
    assert office.seen[-1] == ("bad@example.org", f"<notice-{refused.pk}@portal.example>")
    refused.refresh_from_db()
    assert refused.sent_at is not None
    assert refused.last_error == ""


def test_a_text_that_is_refused_does_not_block_either(office, lead):
    first, second = urgent(lead), urgent(lead)
    office.handler.answers["data"] = "554 rejected"
    assert deliver_notices() == 0
    for notice in (first, second):
        notice.refresh_from_db()
        assert (notice.sent_at, notice.attempts) == (None, 1)


def test_a_server_that_is_down_loses_nothing(office, lead):
    office.close()
    first, second = urgent(lead), urgent(lead)
    notify([lead], "名单已确认", "/desk/")
    compose_digests(MONDAY)
    assert deliver_notices() == 0
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.sent_at, first.attempts, second.attempts) == (None, 1, 0)

    office.open()
    assert deliver_notices() == 2
    later(seconds=1)
    assert deliver_notices() == 1
    digest = Digest.objects.get()
    keys = [f"notice-{second.pk}", f"digest-{digest.pk}", f"notice-{first.pk}"]
    assert office.seen == [("lead@example.org", f"<{key}@portal.example>") for key in keys]


def test_a_server_that_closes_the_office_is_left_alone(office, lead):
    office.handler.answers["lead@example.org"] = "421 closing"
    first, second = urgent(lead), urgent(lead)
    assert deliver_notices() == 0
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.attempts, second.attempts) == (1, 0)


def test_many_letters_travel_over_one_connection(office, lead):
    for _ in range(5):
        urgent(lead)
    assert deliver_notices() == 5
    assert len(office.handler.sessions) == 1


def test_several_workers_send_each_letter_once(office, lead, at_once):
    made = [urgent(lead).pk for _ in range(12)]
    notify([lead], "名单已确认", "/desk/")
    assert sum(at_once(lambda: compose_digests(MONDAY), 3)) == 1
    assert sum(at_once(deliver_notices, 3)) == 13
    digest = Digest.objects.get()
    expected = [f"<notice-{pk}@portal.example>" for pk in made]
    expected.append(f"<digest-{digest.pk}@portal.example>")
    assert sorted(key for _, key in office.seen) == sorted(expected)


def test_the_pause_doubles_up_to_half_a_day():
    minutes = [mail.pause(n).total_seconds() / 60 for n in (1, 2, 3, 4, 10, 11, 5000)]
    assert minutes == [1, 2, 4, 8, 512, 720, 720]


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "ssl", "tls"),
    [
        ("smtp://mx.example", "mx.example", 25, "", False, False),
        ("smtps://u%40x:p@mx.example", "mx.example", 465, "u@x", True, False),
        ("smtp+starttls://u:p@mx.example:2587", "mx.example", 2587, "u", False, True),
    ],
)
def test_the_address_of_the_mail_server(url, host, port, user, ssl, tls):
    found = mail_server(url)
    assert found["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == (host, port)
    assert found["EMAIL_HOST_USER"] == user
    assert (found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (ssl, tls)


def test_without_a_server_mail_is_printed_and_a_wrong_address_stops_the_start():
    assert mail_server("")["EMAIL_BACKEND"].endswith("console.EmailBackend")
    for wrong in ("mx.example:25", "http://mx.example", "smtp://"):
        with pytest.raises(ImproperlyConfigured, match="PORTAL_SMTP_URL"):
            mail_server(wrong)
