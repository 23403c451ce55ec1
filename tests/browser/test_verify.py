"""自己验算: on the draw page, and as one file from a disk or from plain http without a secure context."""

import datetime
import functools
import hashlib
import http.server
import json
import subprocess
import threading

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from draws import drs1
from publication.reads import offline
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.draws import tampering
from tests.draws.test_drs1 import VECTORS, plan_of
from tests.publication.world import World
from tests.reference import lay_reference

pytestmark = pytest.mark.browser
GRADE_A = tampering.GRADE_A.read_text(encoding="utf-8")
PASSED = "93 个抽签号一致，5 户抽中结果一致。"
FAULTS = []


@pytest.fixture
def opened(browser, tmp_path):
    """`opened(certificate)` saves the page of a certificate and opens it from the disk, offline."""
    contexts = []

    def open_file(certificate, **more):
        text = certificate if isinstance(certificate, str) else json.dumps(certificate)
        path = tmp_path / f"{len(contexts)}.html"
        path.write_text(offline.verify_page(text), encoding="utf-8")
        context = browser.new_context(offline=True, reduced_motion="reduce", **more)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        page.goto(path.as_uri())
        return page

    FAULTS.clear()
    yield open_file
    for context in contexts:
        context.close()
    assert FAULTS == []


def watch(page):
    page.on("pageerror", lambda error: FAULTS.append(str(error)))
    page.on("console", lambda m: FAULTS.append(m.text) if m.type == "error" else None)


def run(page, sentence):
    page.get_by_role("button", name="开始验算").click()
    says(page, sentence)


def says(page, sentence):
    expect(page.locator("[data-verify-verdict]")).to_contain_text(sentence)


def find(page, code, sentence):
    page.get_by_label("查自己的抽签号").fill(code)
    page.get_by_role("button", name="查", exact=True).click()
    expect(page.locator("[data-verify-found]")).to_contain_text(sentence)


# --- the file on a disk -------------------------------------------------------------------------------


def test_the_saved_page_checks_without_network(opened):
    page = opened(GRADE_A)
    run(page, PASSED)
    report = page.locator("[data-verify-report]")
    for words in ("已重算", "时间为自称，未证明", "公共随机源真伪", "日志", "保证等级"):
        expect(report).to_contain_text(words)
    expect(report).to_contain_text("A（时间以证书自称为准）")
    expect(report).to_contain_text("drand quicknet 第 657413 轮")
    assert report.locator("tbody tr").count() == 4
    find(page, "91310115MA1A000021", "抽中了。抽签号 03cdf62b70107879")
    find(page, "91310115MA1A000046", "没有抽中")
    expect(page.locator("[data-verify-found]")).to_contain_text("候补第 1 位")
    find(page, "91310115MA1X000001", "已排除，理由代码 annual-cap-reached")
    find(page, "nobody", "名单里没有“nobody”")


def test_every_intermediate_file_can_be_seen_and_kept(opened):
    page = opened(GRADE_A)
    run(page, PASSED)
    page.get_by_text("重算用到的 9 个文件和它们的指纹").click()
    files = page.locator("[data-verify-files] dl > div")
    assert files.count() == 9
    claims = json.loads(GRADE_A)["claims"]
    result = files.filter(has_text="结果文本")
    assert claims["result"] == result.locator(".code").first.text_content()
    result.locator("summary").click()
    expect(result.locator("pre")).to_have_text(claims["result_text"], use_inner_text=False)
    with page.expect_download() as download:
        result.get_by_role("link", name="保存 result.txt").click()
    kept = download.value.path().read_bytes()
    assert hashlib.sha256(kept).hexdigest() == claims["result"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ratio_changed", "按这份规则档“A”应抽 60 户，公布的结果不同"),
        ("sealed_value_changed", "参与方“公证处”公开的值与事先提交的密封值不一致"),
        ("closed_after_the_beacon", "贡献截止指纹不是在公共随机源出现之前公布的"),
        ("unknown_key", "里有协议不认识的键“note”"),
    ],
)
def test_a_bent_certificate_is_refused_with_its_sentence(opened, name, sentence):
    raw, _ = tampering.tampered(name)
    page = opened(raw.decode())
    run(page, "验算不通过。")
    says(page, sentence)
    says(page, "请不要采信这份证书")
    expect(page.get_by_label("查自己的抽签号")).to_be_hidden()
    assert page.locator("[data-verify] .notice--ok").count() == 0


def test_a_list_by_reference_is_brought_by_the_reader(opened, tmp_path):
    document, files = json.loads(GRADE_A), {}
    tampering.by_reference(document, files)
    page = opened(document)
    run(page, "还没有验算完。")
    says(page, "还缺文件：候选名单")
    for name, raw in (
        ("wrong.txt", files["candidates"] + b"x"),
        ("right.txt", files["candidates"]),
    ):
        (tmp_path / name).write_bytes(raw)
    page.get_by_label("提供候选名单文件").set_input_files(tmp_path / "wrong.txt")
    says(page, "您提供的候选名单文件有 3936 字节，证书写的是 3935 字节")
    page.get_by_role("button", name="再验算一次").click()
    page.get_by_label("提供候选名单文件").set_input_files(tmp_path / "right.txt")
    says(page, PASSED)


def test_an_enterprise_finds_its_alias_with_its_salt(opened):
    vector = next(v for v in VECTORS if v["name"] == "alias")
    outcome = drs1.draw(vector["input"])
    parts = {"title": "t", "authority": "a", "publication": [], "disclosure": "alias"}
    data = {**vector["input"], "chain": vector["input"]["chain"][:1]}
    page = opened(drs1.certificate(data, outcome, **parts))
    run(page, "抽签号一致")
    alias = vector["alias"]
    page.get_by_label("本企业的盐值").fill("xyz")
    find(page, alias["ids"][0], "盐值应为 64 位十六进制数")
    page.get_by_label("本企业的盐值").fill(alias["salts"][0].upper())
    find(page, alias["ids"][0], f"化名 {alias['aliases'][0]}")
    page.get_by_label("本企业的盐值").fill(alias["salts"][1])
    find(page, alias["ids"][0], "算出的化名不在名单里")


NASTY = "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>&amp;<!--"


def test_texts_of_a_certificate_stay_texts(opened):
    data = tampering.lottery()["input"]
    data["candidates"] = data["candidates"].replace("\na\t", f"\n{NASTY}\t")
    document = tampering.lottery()
    parts = {"title": NASTY, "authority": NASTY, "beacon": document["beacon"]}
    lines = sorted(data["candidates"].splitlines()[1:], key=str.encode)
    data["candidates"] = "".join(f"{line}\n" for line in ("DRS1-candidates\tS-1", *lines))
    outcome = drs1.draw(data)
    where = {
        "what": "freeze",
        "digest": outcome.freeze,
        "at": "2026-03-01T00:00:00Z",
        "where": NASTY,
    }
    made = drs1.certificate(data, outcome, publication=[where], **parts)
    page = opened(json.dumps(made, ensure_ascii=False))
    run(page, "2 个抽签号一致，1 户抽中结果一致。")
    expect(page.get_by_role("heading", level=1)).to_contain_text(NASTY)
    expect(page.locator("[data-verify-report]")).to_contain_text(NASTY)
    find(page, NASTY, NASTY)
    assert page.evaluate("window.hit") is None
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(opened, width):
    page = opened(GRADE_A, viewport={"width": width, "height": 844})
    run(page, PASSED)
    page.get_by_text("重算用到的 9 个文件和它们的指纹").click()
    for summary in page.locator("[data-verify-files] details details summary").all():
        summary.click()
    expect(page.locator("[data-verify-files] pre").last).not_to_be_empty()
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_saved_page_is_accessible(opened, scheme):
    page = opened(GRADE_A, color_scheme=scheme)
    run(page, PASSED)
    find(page, "91310115MA1A000021", "抽中了。")
    for summary in page.locator("summary").all():
        if summary.is_visible():
            summary.click()
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["target"]) for fault in found] == []


# --- from plain http, and on the site --------------------------------------------------------------------


def own_address():
    """An address of this machine that is not loopback, so that browsers do not trust it."""
    found = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True)
    return next((a for a in found.stdout.split() if "." in a and not a.startswith("127.")), None)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *_):
        pass


@pytest.fixture
def served(tmp_path):
    """The address of a plain http server on this machine, for the files in tmp_path."""
    address = own_address()
    if not address:
        pytest.skip("this machine has no address but loopback")
    handler = functools.partial(Quiet, directory=tmp_path)
    server = http.server.ThreadingHTTPServer((address, 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://{address}:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_saved_page_checks_without_a_secure_context(browser, served, tmp_path):
    (tmp_path / "v.html").write_text(offline.verify_page(GRADE_A), encoding="utf-8")
    direct = browser.browser_type.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, "--no-proxy-server"]
    )
    page = direct.new_page()
    watch(page)
    FAULTS.clear()
    page.goto(f"{served}/v.html")
    assert page.evaluate("[window.isSecureContext, typeof crypto.subtle]") == [False, "undefined"]
    run(page, PASSED)
    direct.close()
    assert FAULTS == []


@pytest.fixture
def drawn(transactional_db, clock):
    """An opened draw over three firms whose list is public."""
    clock("2021-10-08")
    lay_reference()
    world = World()
    world.make_task()
    world.firms = [world.target(f"宿州{name}保安服务有限公司") for name in ("甲", "乙", "丙")]
    world.made = world.draw(*world.firms)
    world.task.status = "completed"
    world.task.completed_on = datetime.date(2021, 9, 30)
    world.task.save()
    return world


@pytest.mark.django_db(transaction=True)
def test_anybody_checks_on_the_draw_page_and_keeps_the_page(drawn, visitor, browser, tmp_path):
    person = visitor()
    page = person.page
    page.goto(f"/draws/{drawn.made.draw_id}/")
    run(page, "3 个抽签号一致，3 户抽中结果一致。")
    says(page, "保证等级 C：验算一致，但这次抽取可被操作员操纵。")
    find(page, drawn.firms[0].code, "抽中了。")
    person.check()
    with page.expect_download() as download:
        page.get_by_role("link", name="保存验算页").click()
    assert download.value.suggested_filename == f"{drawn.made.draw_id}-verify.html"
    kept = tmp_path / "kept.html"
    download.value.save_as(kept)
    context = browser.new_context(offline=True)
    copied = context.new_page()
    copied.goto(kept.as_uri())
    run(copied, "3 个抽签号一致，3 户抽中结果一致。")
    context.close()


@pytest.mark.django_db(transaction=True)
def test_a_certificate_bent_on_the_way_is_refused_on_the_draw_page(drawn, visitor):
    page = visitor().page

    def bend(route):
        certificate = route.fetch().json()
        certificate["claims"]["result"] = "0" * 64
        route.fulfill(json=certificate)

    page.route("**/certificate.json", bend)
    page.goto(f"/draws/{drawn.made.draw_id}/")
    run(page, "证书声称的结果指纹与重算的不同。")


@pytest.mark.django_db(transaction=True)
def test_without_the_certificate_nothing_is_claimed(drawn, visitor):
    page = visitor().page
    page.route("**/certificate.json", lambda route: route.fulfill(status=503))
    page.goto(f"/draws/{drawn.made.draw_id}/")
    run(page, "没有取到证书。服务器回答 503。什么也没有验算")
    page.unroute("**/certificate.json")
    page.get_by_role("button", name="再验算一次").click()
    says(page, "3 个抽签号一致")


# --- a hundred thousand candidates --------------------------------------------------------------------------

LONG_TASKS = """() => {
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
  }).observe({ entryTypes: ["longtask"] });
}"""


def large(count=100_000):
    strata = [
        f"stratum\t{s}\tup\t{ppm}\t0\t-\t1"
        for s, ppm in zip("ABCD", (50_000, 10**5, 2 * 10**5, 10**6), strict=True)
    ]
    rows = (f"91340100MA{k:08d}\t{'AAAAAABBCD'[k % 10]}\tP\t-\t340102\t-\n" for k in range(count))
    chain = drs1.chain("P", bytes(32), 16)
    data = {
        "draw_id": "P",
        "plan": plan_of(*strata),
        "candidates": "DRS1-candidates\tP\n" + "".join(rows),
        "inspectors": "DRS1-inspectors\tP\n",
        "recusals": "DRS1-recusals\tP\n",
        "prev": "0" * 64,
        "anchor": chain[0],
        "chain": chain[1:2],
        "commits": {},
        "reveals": {},
        "beacon_value": "-",
        "events": [],
    }
    return drs1.certificate(data, drs1.draw(data), title="t", authority="a", publication=[])


def test_a_hundred_thousand_candidates_never_freeze_the_page(opened, browser):
    certificate = json.dumps(large(), ensure_ascii=False)
    page = opened(certificate)
    page.evaluate(LONG_TASKS)
    run(page, "100000 个抽签号一致，")
    find(page, "91340100MA00000000", "抽签号")
    worker_page = page.evaluate("window.longest")

    control = browser.new_page()  # the same work on the main thread: the freeze that must not be
    control.add_script_tag(content=offline.static("drs1.js"))
    control.evaluate(LONG_TASKS)
    control.evaluate(
        "(text) => new Promise((done) => setTimeout(() => {"
        " window.verdict = DRS1.verify(new TextEncoder().encode(text)).verdict;"
        " requestIdleCallback(() => setTimeout(done, 0)); }, 0))",
        certificate,
    )
    assert control.evaluate("window.verdict") == "passed"
    frozen = control.evaluate("window.longest")
    control.close()
    assert worker_page < frozen / 3, (worker_page, frozen)
