from uuid import UUID

import pytest
from django.core.management import call_command
from django.urls import reverse

from inspections import services
from inspections.flows import SectionStatus
from inspections.models import Answer
from tests.factories import UserFactory, agency
from tests.inspections.test_visiting import strangers

JSON = "application/json"


def put(client, world, system="gongan", place=0, item=None, **more):
    body = {"result": "no_issue", "version": 0} | more
    pk = item or world.items[system][place].pk
    address = reverse("api-answer", args=[world.section(system).pk, pk])
    return client.put(address, body, content_type=JSON)


def submit(client, world, number=1):
    address = reverse("api-submit", args=[world.section().pk])
    return client.post(address, {"submission_id": str(UUID(int=number))}, content_type=JSON)


def test_an_answer_is_saved(inside, log_in):
    client = log_in(inside.officer("shichang"))
    response = put(
        client,
        inside,
        "shichang",
        result="problem",
        problems=["not_disclosed"],
        remark="年报未公示。",
        rectify_by="2021-08-20",
    )
    assert response.status_code == 200
    body = response.json()
    assert body["answer"]["version"] == 1
    assert body["answer"]["words"] == (
        "发现问题。未按规定公示应当公示的信息。年报未公示。改正期限 2021-08-20"
    )
    assert (body["answered"], body["total"]) == (1, 2)
    assert body["missing"] == [
        {
            "item": inside.items["shichang"][1].pk,
            "text": "第 2 项“公示信息检查”：还没有选择结果。",
        }
    ]


def test_a_conflict_brings_the_other_version(inside, log_in):
    put(log_in(inside.officer("gongan", 1)), inside)
    response = put(log_in(inside.officer()), inside, result="not_checked", remark="设备停用")
    assert response.status_code == 409
    assert "修改过" in response.json()["message"]
    assert response.json()["current"]["words"] == "未发现问题"
    assert response.json()["current"]["version"] == 1
    assert Answer.objects.get().result == "no_issue"


@pytest.mark.parametrize(
    "body",
    [
        {"result": "fine"},
        {"result": ""},
        {"problems": ["unreachable"], "result": "problem"},
        {"problems": "not_disclosed"},
        {"rectify_by": "2021-09-31"},
        {"version": -1},
        {"version": "x"},
        {"remark": "长" * 5001},
        {"remark": "a\x00b"},
        {"remark": {"a": 1}},
    ],
)
def test_bad_input(inside, log_in, body):
    assert put(log_in(inside.officer()), inside, **body).status_code == 400
    assert not Answer.objects.exists()


def test_a_body_that_is_no_object(inside, log_in):
    address = reverse("api-answer", args=[inside.section().pk, inside.items["gongan"][0].pk])
    client = log_in(inside.officer())
    for body in ("[1]", "{", '"x"', "null"):
        assert client.put(address, body, content_type=JSON).status_code == 400
    assert not Answer.objects.exists()


def test_before_entry(world, log_in):
    response = put(log_in(world.officer()), world)
    assert response.status_code == 409
    assert "进入检查" in response.json()["message"]


@pytest.mark.parametrize("who", ["colleague", "lead", "deputy"])
def test_those_who_only_read_are_refused(inside, log_in, who):
    client = log_in(strangers(inside)[who])
    assert put(client, inside).status_code == 403
    assert put(client, inside, result="").status_code == 403
    assert submit(client, inside).status_code == 403
    assert not Answer.objects.exists()
    assert inside.section().status == SectionStatus.FILLING


def test_sections_and_items_of_others_do_not_exist(inside, log_in):
    foreign = UserFactory(role="officer", agency=agency("341321", "gongan"))
    for user in (foreign, inside.officer("shichang")):
        client = log_in(user)
        assert put(client, inside).status_code == 404
        assert submit(client, inside).status_code == 404
    client = log_in(inside.officer())
    assert put(client, inside, item=inside.items["shichang"][0].pk).status_code == 404
    assert put(client, inside, item=999_999).status_code == 404
    assert not Answer.objects.exists()


def test_nobody_without_login(inside, client):
    assert put(client, inside).status_code == 403
    assert submit(client, inside).status_code == 403
    address = reverse("api-inspection", args=[inside.visit.pk])
    assert client.get(address).status_code == 403


def test_a_submission_is_accepted_once(deadlines, world, log_in):
    world.ready()
    client = log_in(world.officer())
    first, again, other = submit(client, world), submit(client, world), submit(client, world, 2)
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert first.json() == again.json()
    assert first.json()["status"] == "submitted"
    assert first.json()["submission_id"] == str(UUID(int=1))


@pytest.mark.parametrize("body", [{}, {"submission_id": "x"}, {"submission_id": None}])
def test_a_submission_needs_its_number(world, log_in, body):
    world.ready()
    address = reverse("api-submit", args=[world.section().pk])
    response = log_in(world.officer()).post(address, body, content_type=JSON)
    assert response.status_code == 400
    assert world.section().status == SectionStatus.CONFIRMED


def test_the_whole_form_as_json(world, log_in):
    world.ready()
    body = log_in(world.officer()).get(reverse("api-inspection", args=[world.visit.pk])).json()
    assert body["target"] == world.visit.target.name
    assert body["is_signed"] is True
    own, other = body["sections"]
    assert (own["is_own"], other["is_own"]) == (True, False)
    assert own["items"][0]["checkpoints"][0]["standard"] == "证照齐全"
    assert [answer["result"] for answer in other["answers"]] == ["no_issue", "no_issue"]
    assert own["confirmed_by"] == [one.name for one in world.teams["gongan"]]
    assert own["missing"] == []


def test_a_form_elsewhere_does_not_exist(world, log_in):
    foreign = UserFactory(role="officer", agency=agency("341321", "gongan"))
    address = reverse("api-inspection", args=[world.visit.pk])
    assert log_in(foreign).get(address).status_code == 404


def test_the_schema_knows_the_phone_api_without_warnings(capsys):
    call_command("spectacular", "--fail-on-warn", "--validate")
    schema = capsys.readouterr().out
    assert "/api/v1/sections/{id}/answers/{item_pk}/" in schema or "answers/{item_pk}" in schema
    assert "AnswerInput" in schema


def test_an_ended_visit_as_json(world, log_in):
    services.set_outcome(world.visit, "unreachable", "两次上门无人", actor=world.officer())
    body = log_in(world.officer()).get(reverse("api-inspection", args=[world.visit.pk])).json()
    assert (body["outcome"], body["outcome_note"]) == ("unreachable", "两次上门无人")
    assert body["entered_at"] is None
