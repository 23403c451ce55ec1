"""Upload, preview, decision: the file waits encrypted and goes when it is used."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from core.errors import NotAllowed
from core.models import AuditEvent
from registries.imports import read_table, write_workbook
from registries.models import Inspector, Target, Upload
from registries.services import discard_upload
from tests.factories import TargetFactory, UserFactory
from tests.registries.conftest import INSPECTOR_HEAD, inspectors_csv, targets_csv

A = ["91341302MAXXXX031T", "埇桥甲保安服务有限公司", "汴河路1号", "张某", "保安服务"]
B = ["91341302MAXXXX04XJ", "埇桥乙保安服务有限公司", "汴河路2号", "李某", "保安服务"]
WRONG = ["911100001000050066", "丙公司", "汴河路3号", "王某", "足浴"]
CHEN = ["陈某某", "341399198503010010", "治安大队", "皖L000001", "2023-12-31"]


@pytest.fixture
def home(admin, log_in):
    return log_in(admin)


def send(client, data, name="名录.csv", kind="target"):
    return client.post(
        reverse(f"registries:{kind}_import"), {"file": SimpleUploadedFile(name, data)}
    )


def text(response):
    return response.content.decode()


def preview():
    return reverse("registries:preview", args=[Upload.objects.get().pk])


def test_a_file_waits_encrypted_until_its_owner_decides(home, admin):
    response = send(home, inspectors_csv(CHEN), kind="inspector")
    assert response.url == preview()
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM registries_upload")
        assert cursor.fetchone()[0].startswith("v1:")
    assert not Inspector.objects.exists()

    page = text(home.get(preview()))
    assert "1 行都可以导入" in page
    assert "341399********0010" in page
    assert CHEN[1] not in page

    home.post(preview())
    assert Inspector.objects.get().name == "陈某某"
    assert not Upload.objects.exists()


def test_the_preview_tells_every_row(home):
    TargetFactory(code=B[0], name=B[1], address="老路9号", person_in_charge=B[3])
    send(home, targets_csv([*A, ""], [*WRONG, "注销"], [*B, "注销"], more=("登记状态",)))

    page = text(home.get(preview()))
    assert "导入预览：1 行有误" in page
    assert "第 3 行：统一社会信用代码，校验位不正确，请核对最后一位" in page
    assert "“足浴”不在行业表中" in page
    assert "先导入其余 2 行" in page
    updated = text(home.get(preview() + "?show=updated"))
    assert "<del>老路9号</del>" in updated
    assert "以后的抽取将排除" in updated
    assert "埇桥甲保安服务有限公司" in text(home.get(preview() + "?show=created"))
    assert "没有这样的行" in text(home.get(preview() + "?show=unchanged"))
    assert home.get(preview() + "?show=nonsense&from=nonsense").status_code == 200
    assert Target.objects.count() == 1
    assert not AuditEvent.objects.exists()


def test_good_rows_are_let_in_on_request_only(home):
    send(home, targets_csv(A, WRONG))
    response = home.post(preview(), follow=True)
    assert "没有导入任何内容" in text(response)
    assert not Target.objects.exists()
    response = home.post(preview(), {"accept_good": "1"}, follow=True)
    assert "导入完成：新增 1，更新 0，不变 0，有误的行没有导入" in text(response)
    assert Target.objects.get().code == A[0]


def test_long_piles_turn_pages(home):
    send(home, targets_csv(*[["", *A[1:]]] * 25))
    first = home.get(preview()).context["page"]
    assert (len(first.items), first.previous) == (20, None)
    second = home.get(f"{preview()}?{first.next}").context["page"]
    assert (len(second.items), second.next) == (5, None)
    assert second.previous == "show=errors&from=0"


def test_missing_columns_let_nothing_in(home):
    send(home, "名称,住所\n甲公司,一路\n".encode())
    page = text(home.get(preview()))
    assert "列名有误" in page
    assert "缺少“统一社会信用代码”列" in page
    assert "先导入其余" not in page


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x89PNG\x00", "不是 CSV 或 Excel 文件"),
        (b"PK\x03\x04", "无法读取"),
        ("甲,乙\n".encode(), "没有找到表头"),
        (b"", "文件是空的"),
    ],
)
def test_an_unreadable_file_is_told_at_the_field(home, data, message):
    response = send(home, data)
    assert response.status_code == 200
    assert message in text(response)
    assert not Upload.objects.exists()


def test_no_file_is_told(home):
    assert "请选择“名录文件”。" in text(home.post(reverse("registries:target_import")))


def test_the_annotated_file_can_be_corrected_and_sent_again(home):
    send(home, targets_csv(A, WRONG))
    url = reverse("registries:annotated", args=[Upload.objects.get().pk])
    response = home.get(url)
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"].endswith("%E6%A0%87%E6%B3%A8%E9%94%99%E8%AF%AF.csv")
    table = read_table(response.content)
    assert table.rows[0][1][-1] == "错误说明"
    assert "校验位不正确" in table.rows[2][1][-1]
    send(
        home,
        response.content.replace(b"911100001000050066", B[0].encode()).replace(
            "足浴".encode(), "保安服务".encode(), 1
        ),
    )
    assert "2 行都可以导入" in text(home.get(preview()))


def test_a_workbook_comes_back_as_a_workbook(home):
    data = write_workbook([("人员", [INSPECTOR_HEAD, [*CHEN[:3], "", ""]])])
    send(home, data, "人员.xlsx", "inspector")
    url = reverse("registries:annotated", args=[Upload.objects.get().pk])
    assert read_table(home.get(url).content).is_workbook


def test_a_new_file_replaces_the_old_and_strangers_files_go_after_a_day(home, admin):
    other = UserFactory(agency=admin.agency, role="agency_admin")
    old = Upload.objects.create(
        owner=other,
        agency=admin.agency,
        kind="target",
        filename="旧.csv",
        content="x",
        uploaded_at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
    )
    send(home, targets_csv(A))
    send(home, targets_csv(B))
    assert Upload.objects.get().owner == admin
    assert not Upload.objects.filter(pk=old.pk).exists()


def test_cancelling_lets_the_file_go(home):
    send(home, targets_csv(A))
    home.post(reverse("registries:discard", args=[Upload.objects.get().pk]))
    assert not Upload.objects.exists()
    assert not Target.objects.exists()


def test_nobody_discards_the_file_of_another(home, admin):
    send(home, targets_csv(A))
    with pytest.raises(NotAllowed):
        discard_upload(Upload.objects.get(), actor=UserFactory(agency=admin.agency))
    assert Upload.objects.exists()


def test_nobody_sees_the_file_of_another(home, log_in, admin):
    send(home, targets_csv(A))
    pk = Upload.objects.get().pk
    client = log_in(UserFactory(agency=admin.agency, role="agency_admin"))
    for method, name in [
        ("get", "preview"),
        ("post", "preview"),
        ("get", "annotated"),
        ("post", "discard"),
    ]:
        url = reverse(f"registries:{name}", args=[pk])
        assert getattr(client, method)(url).status_code == 404
    assert Upload.objects.filter(pk=pk).exists()
    assert not Target.objects.exists()


def test_whoever_lost_the_role_does_not_import(home, admin):
    send(home, targets_csv(A))
    admin.groups.clear()
    assert home.post(preview()).status_code == 403
    assert not Target.objects.exists()


@pytest.mark.parametrize("kind", ["target", "inspector"])
def test_the_template_is_a_list_that_can_be_read(home, kind):
    response = home.get(reverse("registries:template", args=[kind]))
    table = read_table(response.content)
    assert table.is_workbook
    headings = table.rows[0][1]
    assert {"target": "统一社会信用代码", "inspector": "身份证号"}[kind] in headings
    assert response["Content-Type"].endswith("spreadsheetml.sheet")


def test_there_is_no_other_template(home, log_in, admin):
    assert home.get(reverse("registries:template", args=["other"])).status_code == 404
    officer = log_in(UserFactory(agency=admin.agency, role="officer"))
    assert officer.get(reverse("registries:template", args=["target"])).status_code == 403
