import pytest
from django.core.management import call_command

from agencies.models import Agency

pytestmark = pytest.mark.django_db
HEAD = "区划代码,系统,名称,简称,议事协调机构\n"


def test_agencies_are_founded_and_renamed(reference, tmp_path):
    file = tmp_path / "agencies.csv"
    file.write_text(HEAD + "341300,gongan,宿州市公安局,宿州公安,\n341300,zonghe,双随机办,,是\n")
    call_command("import_agencies", str(file))
    police, office = Agency.objects.order_by("code")
    assert (police.code, police.is_inspecting, police.group.name) == (
        "341300-gongan",
        True,
        "agency:341300-gongan",
    )
    assert (office.short_name, office.is_inspecting) == ("双随机办", False)
    file.write_text(HEAD + "341300,gongan,宿州市公安局,市公安局,\n")
    call_command("import_agencies", str(file))
    assert Agency.objects.get(code="341300-gongan").short_name == "市公安局"


@pytest.mark.parametrize(
    "text",
    [
        "名称\n公安局\n",
        HEAD + "341300,gongan,宿州市公安局,,\n999999,gongan,某局,,\n",
        HEAD + "341300,nonsense,某局,,\n",
        HEAD + "341300,gongan,,,\n",
    ],
)
def test_a_wrong_file_founds_nothing(reference, tmp_path, capsys, text):
    file = tmp_path / "agencies.csv"
    file.write_text(text)
    with pytest.raises(SystemExit) as refused:
        call_command("import_agencies", str(file))
    assert refused.value.code == 2
    assert capsys.readouterr().err.startswith("refused: ")
    assert not Agency.objects.exists()


def test_a_missing_file_is_one_sentence(reference, capsys):
    with pytest.raises(SystemExit):
        call_command("import_agencies", "/no/such/file.csv")
    assert "请核对" in capsys.readouterr().err
