"""The rules of a place are made by two people in the browser (T02, F15; places 1)."""

import pytest
from django.urls import reverse

from agencies.models import Region
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent, Notice
from plans import services
from plans.models import RuleProfile
from plans.reads import profile_for
from plans.services import sync_profiles
from tests.factories import UserFactory, agency

pytestmark = pytest.mark.django_db
HOME = "130602"  # a county of which no document here speaks


@pytest.fixture
def home(reference):
    sync_profiles()
    return agency(HOME, "zonghe")


@pytest.fixture
def proposer(home):
    return UserFactory(username="proposer", role="coordinator", agency=home)


@pytest.fixture
def second(home):
    return UserFactory(username="second", role="coordinator", agency=home)


def given(**changed):
    return {
        "region": HOME,
        "name": "本区规则",
        "source": "某双随机办〔2024〕1号",
        "inspectors_per_agency": "2",
        "annual_cap_per_agency": "2",
        "annual_cap_total": "",
        "rounding": "up",
        "list_published": "after_onsite",
    } | changed


def propose(log_in, user, **changed):
    return log_in(user).post(reverse("plans:profile_new"), given(**changed))


def waiting():
    return RuleProfile.objects.get(status="proposed")


def test_rules_bind_once_a_second_person_confirms(log_in, proposer, second):
    region = Region.objects.get(pk=HOME)
    assert propose(log_in, proposer)["Location"] == reverse("plans:profiles")
    with pytest.raises(DomainError, match="还没有抽查规则"):
        profile_for(region)
    row = waiting()
    page = log_in(second).get(reverse("plans:profiles"))
    assert "确认生效" in page.text
    log_in(second).post(reverse("plans:profile_confirm", args=[row.pk]))
    found = profile_for(region)
    assert (found, found.version, found.annual_cap_per_agency) == (row, 1, 2)
    assert (found.proposed_by, found.decided_by) == (proposer, second)
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["plans.propose_profile", "plans.confirm"]
    assert "已生效" in Notice.objects.get(recipient=proposer).text


def test_nobody_confirms_the_own_proposal(log_in, proposer):
    propose(log_in, proposer)
    page = log_in(proposer).get(reverse("plans:profiles"))
    assert "自己拟定的规则须由第二人确认" in page.text
    answer = log_in(proposer).post(reverse("plans:profile_confirm", args=[waiting().pk]))
    assert answer.status_code == 422
    assert waiting().decided_by is None


def test_refused_rules_bind_nobody_and_the_next_may_be_proposed(log_in, proposer, second):
    propose(log_in, proposer)
    log_in(second).post(reverse("plans:profile_refuse", args=[waiting().pk]))
    with pytest.raises(DomainError, match="还没有抽查规则"):
        profile_for(Region.objects.get(pk=HOME))
    propose(log_in, proposer, annual_cap_per_agency="1")
    assert (waiting().version, waiting().annual_cap_per_agency) == (2, 1)


def test_one_proposal_at_a_time(log_in, proposer):
    propose(log_in, proposer)
    page = propose(log_in, proposer, name="又一版")
    assert "已有一版规则等待确认" in page.text
    assert waiting().name == "本区规则"


def test_a_decided_proposal_is_not_decided_again(proposer, second):
    row = RuleProfile(**_values())
    services.propose_profile(row, actor=proposer)
    services.confirm_profile(row, actor=second)
    with pytest.raises(DomainError, match="当前状态不能执行"):
        services.refuse_profile(row, actor=second)
    row.refresh_from_db()
    assert row.status == "in_force"


def test_only_for_the_own_region_and_what_lies_in_it(reference, proposer, second):
    elsewhere = RuleProfile(**_values(region=Region.objects.get(pk="341300")))
    with pytest.raises(DomainError, match="只能为"):
        services.propose_profile(elsewhere, actor=proposer)
    far = UserFactory(role="coordinator", agency=agency("341300", "zonghe"))
    row = services.propose_profile(RuleProfile(**_values()), actor=proposer)
    with pytest.raises(NotAllowed):
        services.confirm_profile(row, actor=far)
    with pytest.raises(NotAllowed):
        services.propose_profile(RuleProfile(**_values()), actor=UserFactory(role="lead"))


def _values(**changed):
    return {
        "region": Region.objects.get(pk=HOME),
        "name": "本区规则",
        "source": "某双随机办〔2024〕1号",
    } | changed


def test_the_figures_of_another_place_are_copied(log_in, proposer):
    source = RuleProfile.objects.get(region="410200")
    page = log_in(proposer).get(reverse("plans:profile_new"), {"copy": source.pk})
    assert page.context["form"].initial["forbids_repeat"] is True
    assert page.context["form"].initial["region"] == HOME
    fresh = log_in(proposer).get(reverse("plans:profile_new"))
    assert fresh.context["form"].initial["annual_cap_per_agency"] == 2  # 004 art 13


def test_less_than_two_officers_is_refused(log_in, proposer):
    page = propose(log_in, proposer, inspectors_per_agency="1")
    assert page.status_code == 200
    assert not RuleProfile.objects.filter(status="proposed").exists()
    assert "2" in page.text


def test_the_page_says_in_red_what_is_missing(log_in, proposer):
    assert "还没有抽查规则，不能发起任务" in log_in(proposer).get(reverse("plans:profiles")).text
