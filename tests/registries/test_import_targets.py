import datetime
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from registries.imports import UnreadableFile
from registries.models import ImportBatch, Target, TargetGrade
from registries.reads import examine
from registries.services import import_targets, sync_grades
from tests.factories import (
    GradeFactory,
    RegionFactory,
    TargetFactory,
    TargetGradeFactory,
    TradeFactory,
    UserFactory,
    agency,
    uscc,
)
from tests.reference import lay_reference
from tests.registries.conftest import targets_csv

A = ["91341302MAXXXX031T", "埇桥甲保安服务有限公司", "汴河路1号", "张某", "保安服务"]
B = ["91341302MAXXXX04XJ", "埇桥乙保安服务有限公司", "汴河路2号", "李某", "保安服务"]
WRONG = ["911100001000050066", "丙公司", "汴河路3号", "王某", "保安服务"]


def bring(data, actor, **more):
    return import_targets(data, "名录.csv", actor.agency, actor=actor, **more)


def counts(result):
    return tuple(result[key] for key in ("rows", "created", "updated", "unchanged"))


def test_new_targets_are_created_with_what_goes_without_saying(admin):
    result = bring(targets_csv(A, ["92341302MAXXXX111B", *B[1:]]), admin)

    assert result == {"rows": 2, "created": 2, "updated": 0, "unchanged": 0, "errors": []}
    first, second = Target.objects.order_by("code")
    assert (first.code, first.name, first.address) == tuple(A[:3])
    assert (first.agency, first.region_id, first.trade_id) == (admin.agency, "341302", "baoan")
    assert (first.kind, second.kind) == ("enterprise", "individual")
    assert first.status == "active"
    assert first.refreshed_on == datetime.date(2021, 7, 15)


def test_an_import_leaves_a_batch_and_lines_on_the_trail(admin):
    bring(targets_csv(A), admin)

    batch = ImportBatch.objects.get()
    assert (batch.agency, batch.kind, batch.filename) == (admin.agency, "target", "名录.csv")
    assert batch.imported_by == admin
    assert batch.result["created"] == 1
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", "actor")
    assert list(verbs) == [
        ("registries.import_target", admin.pk),
        ("registries.import_targets", admin.pk),
    ]


def test_the_same_list_again_changes_nothing(admin):
    bring(targets_csv(A, B), admin)
    assert counts(bring(targets_csv(A, B), admin)) == (2, 0, 0, 2)
    assert Target.objects.count() == 2


def test_a_list_without_dates_dates_the_check_of_unchanged_rows_anew(admin, clock):
    bring(targets_csv(A, B), admin)
    clock("2022-03-01")
    assert counts(bring(targets_csv(A), admin)) == (1, 0, 0, 1)
    dates = dict(Target.objects.values_list("code", "refreshed_on"))
    assert dates[A[0]] == datetime.date(2022, 3, 1)
    assert dates[B[0]] == datetime.date(2021, 7, 15)


def test_only_filled_cells_that_differ_are_written(admin):
    target = TargetFactory(
        code=A[0], name=A[1], address="老路9号", person_in_charge=A[3], phone="13800000000"
    )
    head = ("联系人电话", "登记状态", "经营范围", "重点抽查名录")
    result = bring(targets_csv([*A, "", "注销", "", "是"], more=head), admin)

    assert counts(result) == (1, 0, 1, 0)
    target.refresh_from_db()
    assert (target.address, target.status, target.is_key) == ("汴河路1号", "deregistered", True)
    assert target.phone == "13800000000"
    event = AuditEvent.objects.get(verb="registries.import_target")
    assert event.data["fields"] == ["address", "status", "is_key"]
    assert "老路" not in event.summary


def test_the_preview_shows_before_and_after_with_phones_masked(admin):
    TargetFactory(code=A[0], name=A[1], address=A[2], person_in_charge=A[3], phone="13800000000")
    data = targets_csv([*A, "13900001111", "迁出"], more=("联系人电话", "登记状态"))

    preview = examine("target", data, admin.agency)

    assert preview.updated[0].differences == [
        ("联系人电话", "138****0000", "139****1111"),
        ("登记状态", "存续", "迁出"),
    ]
    assert Target.objects.get().status == "active"


def test_every_error_of_every_row_is_told_and_nothing_is_imported(admin):
    data = targets_csv(
        A,
        WRONG,
        ["91341302MAXXXX04XJ", "", "二路", "李某", "保安"],
        A,
        [*B[:4], "不存在的行业类"],
        more=(),
    )
    result = bring(data, admin)

    assert counts(result) == (5, 0, 0, 0)
    assert result["errors"] == [
        {"row": 3, "column": "统一社会信用代码", "message": "校验位不正确，请核对最后一位"},
        {"row": 4, "column": "名称", "message": "没有填写“名称”"},
        {
            "row": 4,
            "column": "行业类别",
            "message": "“保安”不在行业表中，是否指“保安服务”？",
        },
        {"row": 5, "column": "统一社会信用代码", "message": "与第 2 行是同一检查对象"},
        {"row": 6, "column": "统一社会信用代码", "message": "与第 4 行是同一检查对象"},
        {"row": 6, "column": "行业类别", "message": "“不存在的行业类”不在行业表中，请核对"},
    ]
    assert not Target.objects.exists()
    assert not ImportBatch.objects.exists()
    assert not AuditEvent.objects.exists()


def test_good_rows_are_imported_when_the_user_says_so(admin):
    result = bring(targets_csv(A, WRONG), admin, accept_good=True)
    assert counts(result) == (2, 1, 0, 0)
    assert [error["row"] for error in result["errors"]] == [3]
    assert Target.objects.get().code == A[0]
    assert ImportBatch.objects.get().result["errors"] == result["errors"]


def test_a_dry_run_tells_and_writes_nothing(admin):
    result = bring(targets_csv(A, WRONG), admin, dry_run=True)
    assert counts(result) == (2, 1, 0, 0)
    assert len(result["errors"]) == 1
    assert not Target.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_unreadable_file_changes_nothing(admin):
    with pytest.raises(UnreadableFile):
        bring(b"\x00\x01", admin)
    assert not AuditEvent.objects.exists()


def test_a_missing_column_lets_no_row_in(admin):
    TargetFactory(code=A[0])
    data = "统一社会信用代码,名称,住所,负责人\n".encode() + ",".join(A[:4]).encode()
    result = bring(data, admin, accept_good=True)
    assert result["errors"] == [{"row": 1, "column": "行业类别", "message": "缺少“行业类别”列"}]
    assert counts(result) == (1, 0, 0, 0)


def test_grades_are_set_dated_and_sourced(admin):
    head = ("信用等级", "企业信用风险分类", "等级评定日期", "等级来源")
    bring(targets_csv([*A, "失信", "c", "2021/7/1", "信用平台"], more=head), admin)

    grades = TargetGrade.objects.order_by("scheme")
    assert [(one.scheme_id, one.grade.slug) for one in grades] == [
        ("credit", "bad"),
        ("credit_risk", "c"),
    ]
    assert grades[0].graded_on == datetime.date(2021, 7, 1)
    assert grades[0].source == "信用平台"


def test_a_changed_grade_is_an_update_and_the_same_one_is_not(admin):
    target = TargetFactory(code=A[0], name=A[1], address=A[2], person_in_charge=A[3])
    TargetGradeFactory(target=target, grade=GradeFactory(slug="good"))
    again = targets_csv([*A, "守信"], more=("信用等级",))
    assert counts(bring(again, admin)) == (1, 0, 0, 1)
    worse = targets_csv([*A, "失信"], more=("信用等级",))
    assert counts(bring(worse, admin)) == (1, 0, 1, 0)
    assert target.grades.get().grade.slug == "bad"
    event = AuditEvent.objects.get(verb="registries.import_target")
    assert event.data["grades"] == {"credit": "bad"}
    assert event.summary.endswith("（公共信用等级：失信）")


def test_dates_in_the_future_are_refused(admin):
    head = ("信息核对日期", "等级评定日期", "信用等级")
    data = targets_csv([*A, "2021-07-16", "2021-07-16", "守信"], more=head)
    assert [error["column"] for error in bring(data, admin)["errors"]] == [
        "信息核对日期",
        "等级评定日期",
    ]


def test_the_city_imports_for_its_counties(reference, admin):
    city = agency("341300", "gongan")
    lead = UserFactory(agency=city, role="lead")
    other = agency("341321", "gongan", name="砀山县公安局")
    data = targets_csv(
        [*A, "埇桥区", ""],
        [*B, "341321", "砀山县公安局"],
        ["91341321MAXXXX074Q", *B[1:], "", "砀山县公安局"],
        ["91341322MAXXXX0822", *B[1:], "", ""],
        ["91341323MAXXXX090B", *B[1:], "竞秀区", ""],
        ["91341324MAXXXX103F", *B[1:], "宿州市", ""],
        ["92341302MAXXXX111B", *B[1:], "埇桥区", "砀山县公安局"],
        more=("所在县区", "管辖机关"),
    )
    result = bring(data, lead, accept_good=True)

    assert [(error["row"], error["column"], error["message"]) for error in result["errors"]] == [
        (5, "所在县区", "请填写所在县区"),
        (6, "所在县区", "“竞秀区”不在县区表中，请核对"),
        (7, "所在县区", "应填到县区，宿州市不是县区"),
        (8, "管辖机关", "砀山县公安局不管辖埇桥区，请核对管辖机关和所在县区"),
    ]
    found = {target.code: (target.region_id, target.agency) for target in Target.objects.all()}
    assert found == {
        A[0]: ("341302", city),
        B[0]: ("341321", other),
        "91341321MAXXXX074Q": ("341321", other),
    }


def test_a_county_does_not_touch_targets_of_another(admin):
    TargetFactory(code=A[0], name="他县公司", region=RegionFactory(code="341321"))
    result = bring(targets_csv(A), admin, accept_good=True)
    assert [error["message"] for error in result["errors"]] == [
        "已登记在其他地区的名录中，请由登记地维护"
    ]
    assert Target.objects.get().name == "他县公司"


def test_projects_carry_the_code_of_their_organ(admin):
    TradeFactory(slug="baopo", name="爆破作业（营业性）")
    row = ["XM-2021-001", "爆破项目", "一路", "张某", "爆破作业(营业性)"]
    assert bring(targets_csv([*row, "项目"], more=("对象类型",)), admin)["created"] == 1
    wrong = targets_csv([*row, "工程"], more=("对象类型",))
    assert [error["column"] for error in bring(wrong, admin)["errors"]] == ["对象类型"]


@pytest.mark.parametrize("role", ["officer", "supervisor", "sysadmin", []])
def test_other_roles_do_not_import(admin, role):
    user = UserFactory(agency=admin.agency, role=role)
    with pytest.raises(NotAllowed):
        bring(targets_csv(A), user)
    assert not Target.objects.exists()


def test_nobody_imports_for_an_agency_outside_the_own_region(admin):
    elsewhere = agency("130606", "gongan")
    with pytest.raises(NotAllowed):
        import_targets(targets_csv(A), "x.csv", elsewhere, actor=admin)
    assert not Target.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_list(admin, django_assert_max_num_queries):
    bring(targets_csv(A, B), admin)
    with django_assert_max_num_queries(15):
        examine("target", targets_csv(*[A, B] * 50), admin.agency)
    rows = [[uscc(number), *A[1:], "失信"] for number in range(100)]
    with django_assert_max_num_queries(25):
        bring(targets_csv(*rows, more=("信用等级",)), admin)
    assert Target.objects.count() == 102


def test_a_name_borne_by_two_counties_needs_the_code(reference, admin):
    province = agency("340000", "gongan")
    RegionFactory(code="340198", name="埇桥区")
    lead = UserFactory(agency=province, role="lead")
    result = bring(targets_csv([*A, "埇桥区"], [*B, "341302"], more=("所在县区",)), lead)
    assert [(error["row"], error["message"]) for error in result["errors"]] == [
        (2, "有多个名为“埇桥区”的县区，请改填代码")
    ]


def wait_until_somebody_waits_for_us():
    """Until another session of this database waits for a lock, at most ten seconds."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone():
                return
        Event().wait(0.05)


@pytest.mark.django_db(transaction=True)
def test_an_import_that_was_overtaken_is_refused_as_a_whole():
    """Somebody registers a target after the file was compared with the registry."""
    lay_reference()
    sync_grades()
    bureau, trade = agency(), TradeFactory()
    registered = Event()

    def register():
        with transaction.atomic():
            TargetFactory(code=B[0], agency=bureau, trade=trade, region=bureau.region)
            registered.set()
            wait_until_somebody_waits_for_us()
        connection.close()

    other = Thread(target=register)
    other.start()
    registered.wait(10)
    with pytest.raises(DomainError, match="没有导入任何内容"):
        import_targets(targets_csv(A, B), "x.csv", bureau, actor=None)
    other.join()
    assert Target.objects.get().code == B[0]
    assert not ImportBatch.objects.exists()
    assert not AuditEvent.objects.exists()
