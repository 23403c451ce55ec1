import pytest

from core.jobs import deliver_notices, heartbeat
from core.models import Heartbeat, Notice
from core.notices import mark_read, notify
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_what_waits_is_sent_once(mailoutbox):
    user = UserFactory(email="lead@example.org")
    notify([user], "任务已派发。", "/desk/", urgent=True)
    assert deliver_notices() == 1
    assert deliver_notices() == 0
    assert [mail.to for mail in mailoutbox] == [["lead@example.org"]]
    assert Notice.objects.get().sent_at is not None


def test_who_has_no_mail_reads_in_the_portal(mailoutbox):
    user = UserFactory(email="")
    notify([user], "任务已派发。", "/desk/")
    deliver_notices()
    assert mailoutbox == []
    assert mark_read(user) == 1
    assert mark_read(user) == 0


def test_a_long_text_is_cut_and_not_lost():
    user = UserFactory()
    notify([user], "长" * 400, "/desk/")
    assert len(Notice.objects.get().text) == 300


def test_the_pulse_is_one_row_each():
    heartbeat()
    heartbeat()
    assert list(Heartbeat.objects.values_list("name", flat=True)) == ["worker"]
