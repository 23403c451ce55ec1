"""What takes long shows a bar and takes one submission; without script it only takes longer."""

import pytest
from playwright.sync_api import expect

from registries.models import Upload
from tests import suzhou

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FILE = {
    "name": "名录.csv",
    "mimeType": "text/csv",
    "buffer": "统一社会信用代码,名称\n12345,没有代码的企业\n".encode(),
}


@pytest.fixture
def house(clock):
    clock("2021-07-15")
    suzhou.lay_house()


# While a page is being left Playwright waits; the page itself tells when the bar is there.
TELL = """
() => new MutationObserver(() => {
  const bar = document.querySelector("[role=status] > progress");
  if (!bar || bar.told) return;
  bar.told = true;
  const form = document.querySelector("main form");
  form.requestSubmit();
  const button = form.querySelector("button");
  setTimeout(() => console.log(["bar", bar.parentNode.innerText.trim(), button.disabled].join("|")), 100);
}).observe(document.body, { childList: true, subtree: true })
"""


def test_a_bar_while_a_file_is_read(house, visitor):
    page = visitor("admin-gongan").page
    page.goto("/desk/targets/import/")
    held = []
    page.route(
        "**/import/",
        lambda route: held.append(route) if route.request.method == "POST" else route.continue_(),
    )
    page.get_by_label("文件").set_input_files(FILE)
    page.evaluate(TELL)
    with page.expect_console_message(lambda message: message.text.startswith("bar|")) as told:
        page.locator("main form button").click(no_wait_after=True)
    words = "正在读取…请不要关闭本页，完成后自动显示结果。"
    assert told.value.text == f"bar|{words}|true"
    assert len(held) == 1
    held[0].continue_()
    expect(page.get_by_role("heading", name="导入预览")).to_be_visible()
    assert Upload.objects.count() == 1


def test_without_script_the_form_is_sent_all_the_same(house, visitor):
    page = visitor("admin-gongan", javascript=False).page
    page.goto("/desk/targets/import/")
    page.get_by_label("文件").set_input_files(FILE)
    page.locator("main form button").click()
    expect(page.get_by_role("heading", name="导入预览")).to_be_visible()
