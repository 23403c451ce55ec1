"""Photos from the phone: each goes by itself, is tried again, and the text goes on meanwhile."""

import re

import pytest
from playwright.sync_api import expect

from inspections.models import Answer, Evidence
from tests.inspections import camera
from tests.inspections.factories import build_world
from tests.reference import lay_reference

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def inside(clock):
    lay_reference()
    clock("2021-07-21")
    world = build_world()
    world.dispatch()
    world.enter()
    return world


def files(*seeds):
    return [
        {"name": f"IMG_{seed}.jpg", "mimeType": "image/jpeg", "buffer": camera.jpeg(seed=seed)}
        for seed in seeds
    ]


@pytest.fixture
def officer(inside, visitor):
    person = visitor(inside.officer().username, width=390)
    person.page.goto(inside.visit.get_absolute_url())
    return person


def status(page):
    return page.locator("[data-photo-status]")


def test_several_photos_go_one_by_one_and_stand_in_the_list(inside, officer):
    page = officer.page
    page.get_by_label("从相册选").set_input_files(files(1, 2, 3))
    expect(status(page)).to_have_text("3 张照片已上传。")
    expect(page.locator("#photo-list img")).to_have_count(3)
    expect(page.locator("#photo-count")).to_have_text("3/30 张")
    assert Evidence.objects.count() == 3
    page.locator("#photo-list summary").first.click()
    page.get_by_role("button", name="确认删除").first.click()
    expect(page.locator("#photo-list img")).to_have_count(2)
    officer.check()


def test_the_camera_of_an_item_belongs_to_the_item(inside, officer):
    page = officer.page
    with page.expect_file_chooser() as chooser:
        page.get_by_role("link", name="拍照").first.click()
    chooser.value.set_files(files(1))
    expect(page.locator("#photo-list")).to_contain_text("保安服务公司监督检查")
    assert Evidence.objects.get().item == inside.items["gongan"][0]


def test_a_lost_connection_costs_no_photo_and_no_text(inside, officer):
    page = officer.page
    officer.context.route("**/photos/", lambda route: route.abort())
    page.get_by_label("从相册选").set_input_files(files(1, 2))
    expect(status(page)).to_contain_text("2 张照片没有上传成功，会自动重试")
    page.locator("[data-item] input[value=no_issue] + label").first.click()
    expect(page.locator("[data-sync]")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    assert Answer.objects.count() == 1
    assert not Evidence.objects.exists()
    officer.context.unroute("**/photos/")
    page.get_by_role("button", name="重试").first.click()
    expect(page.locator("#photo-list img")).to_have_count(1)
    page.get_by_role("button", name="重试").click()
    expect(page.locator("#photo-list img")).to_have_count(2)
    assert Evidence.objects.count() == 2


def test_what_is_no_photo_is_said_at_its_place(inside, officer):
    page = officer.page
    wrong = [{"name": "笔记.jpg", "mimeType": "image/jpeg", "buffer": b"text"}]
    page.get_by_label("从相册选").set_input_files(wrong + files(1))
    expect(page.locator("[data-waiting] .failed")).to_contain_text("这个文件不是照片")
    expect(page.locator("#photo-list img")).to_have_count(1)
    page.get_by_role("button", name="知道了").click()
    expect(page.locator("[data-waiting] > *")).to_have_count(0)
    officer.check()


def test_without_script_a_button_sends_what_was_chosen(inside, visitor):
    person = visitor(inside.officer().username, width=390, javascript=False)
    page = person.page
    page.goto(inside.visit.get_absolute_url())
    page.get_by_label("从相册选").set_input_files(files(1, 2))
    page.get_by_role("button", name="上传").click()
    expect(page.locator("#photo-list img")).to_have_count(2)
    assert Evidence.objects.count() == 2
