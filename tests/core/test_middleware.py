import pytest

from tests.factories import UserFactory


@pytest.mark.django_db
def test_an_address_for_buttons_says_so(log_in):
    answer = log_in(UserFactory()).get("/desk/notices/read/")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "这个地址不能直接打开" in answer.content.decode()
