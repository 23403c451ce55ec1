import datetime

import pytest

from core.errors import NotAllowed
from core.models import AuditEvent
from registries.models import ImportBatch, Inspector
from registries.services import import_inspectors
from tests.factories import InspectorFactory, UserFactory, agency
from tests.registries.conftest import inspectors_csv

CHEN = ["陈某某", "341399198503010010", "治安大队", "皖L000001", "2023-12-31"]
LIN = ["林某某", "341399199006120029", "治安大队", "皖L000002", "2023/12/31"]


def bring(data, actor, **more):
    return import_inspectors(data, "人员.csv", actor.agency, actor=actor, **more)


def messages(result):
    return [(error["row"], error["column"], error["message"]) for error in result["errors"]]


def test_inspectors_are_created_with_the_gender_of_their_number(admin):
    head = ("警号", "职务", "联系方式", "专业类别", "执法领域")
    result = bring(
        inspectors_csv(
            [*CHEN, "003421", "民警", "13800000000", "治安", "特种行业"], LIN, more=head
        ),
        admin,
    )

    assert result == {"rows": 2, "created": 2, "updated": 0, "unchanged": 0, "errors": []}
    chen = Inspector.objects.get(name="陈某某")
    lin = Inspector.objects.get(name="林某某")
    assert (chen.gender, lin.gender) == ("1", "2")
    assert (chen.police_no, chen.phone) == ("003421", "13800000000")
    assert chen.certificate_valid_until == datetime.date(2023, 12, 31)
    assert chen.agency == admin.agency
    assert ImportBatch.objects.get().kind == "inspector"


def test_no_citizen_number_stands_on_the_trail_or_in_the_batch(admin):
    bring(inspectors_csv(CHEN, [*LIN[:1], "341399199006120028", *LIN[2:]]), admin, accept_good=True)
    kept = str(list(AuditEvent.objects.values())) + str(list(ImportBatch.objects.values()))
    assert "1985030100" not in kept
    assert "1990061200" not in kept


def test_people_are_known_by_their_number_and_only_changes_are_written(admin):
    InspectorFactory(
        agency=admin.agency,
        name="陈某某",
        citizen_id=CHEN[1],
        certificate_no=CHEN[3],
        department="禁毒大队",
    )
    result = bring(inspectors_csv(CHEN), admin)
    assert (result["created"], result["updated"]) == (0, 1)
    assert Inspector.objects.get().department == "治安大队"
    assert bring(inspectors_csv(CHEN), admin)["unchanged"] == 1


def test_every_error_is_told(admin):
    data = inspectors_csv(
        [*CHEN, "女", ""],
        ["林某某", "341399199006120020", "治安大队", "", "长期", "", ""],
        ["周某某", "130699198809200032", "治安大队", "皖L000001", "2023-12-31", "", ""],
        ["吴某某", "130699198809200032", "治安大队", "皖L000009", "2023-12-31", "不详", "也许"],
        more=("性别", "专家或辅助人员"),
    )
    assert messages(bring(data, admin)) == [
        (2, "性别", "与身份证号第 17 位不一致"),
        (3, "身份证号", "校验位不正确，请核对最后一位"),
        (3, "执法证号", "执法检查人员须有执法证号，专家或辅助人员请注明"),
        (3, "执法证有效期至", "日期“长期”无法识别，请写作 2024-04-08"),
        (4, "执法证号", "与第 2 行的执法证号相同"),
        (5, "身份证号", "与第 4 行是同一人员"),
        (5, "性别", "“不详”不在性别表中，请核对"),
        (5, "专家或辅助人员", "应填“是”或“否”"),
    ]
    assert not Inspector.objects.exists()


def test_advisers_need_no_certificate(admin):
    data = inspectors_csv([*CHEN[:3], "", "", "是"], more=("专家或辅助人员",))
    assert bring(data, admin)["created"] == 1
    assert Inspector.objects.get().is_adviser


def test_people_and_certificates_of_others_stay_theirs(admin):
    other = agency("341321", "gongan")
    InspectorFactory(agency=other, citizen_id=CHEN[1], name="他单位")
    InspectorFactory(agency=other, certificate_no=LIN[3])
    assert messages(bring(inspectors_csv(CHEN, LIN), admin, accept_good=True)) == [
        (2, "身份证号", "已登记在其他单位的名录中，请联系原单位；调出功能尚未开通"),
        (3, "执法证号", "已登记在另一人名下，请核对"),
    ]
    assert Inspector.objects.filter(agency=admin.agency).count() == 0


@pytest.mark.parametrize("role", ["lead", "officer", "deputy", "secadmin"])
def test_other_roles_do_not_import(admin, role):
    user = UserFactory(agency=admin.agency, role=role)
    with pytest.raises(NotAllowed):
        bring(inspectors_csv(CHEN), user)
    assert not Inspector.objects.exists()


def test_nobody_imports_for_another_agency(admin):
    with pytest.raises(NotAllowed):
        import_inspectors(inspectors_csv(CHEN), "x.csv", agency("341302", "shichang"), actor=admin)
    assert not Inspector.objects.exists()
