import pytest
from django.db import connection

from core.fields import blind_index, decrypt, encrypt
from registries.models import Inspector
from tests.factories import InspectorFactory


def test_the_same_text_never_looks_the_same():
    one, two = encrypt("341399198503010010"), encrypt("341399198503010010")
    assert one != two
    assert decrypt(one) == decrypt(two) == "341399198503010010"
    assert blind_index("a") == blind_index("a") != blind_index("b")


def test_another_key_says_so_in_a_sentence(settings):
    sealed = encrypt("内容")
    settings.PORTAL_FIELD_KEY = "OTg3NjU0MzIxMDk4NzY1NDMyMTA5ODc2NTQzMjEwOTg="
    with pytest.raises(ValueError, match="PORTAL_FIELD_KEY"):
        decrypt(sealed)


@pytest.mark.django_db
def test_citizen_ids_are_ciphertext_in_the_database():
    inspector = InspectorFactory()
    with connection.cursor() as cursor:
        cursor.execute("SELECT citizen_id FROM registries_inspector")
        stored = cursor.fetchone()[0]
    assert inspector.citizen_id not in stored
    assert Inspector.objects.get().citizen_id == inspector.citizen_id
