"""Photos: who adds, who sees, who removes; and where their bytes are."""

import hashlib
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse
from PIL import Image

from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent
from inspections import services
from inspections.models import Evidence
from tests.factories import UserFactory, agency
from tests.inspections import camera
from tests.inspections.test_visiting import strangers


@pytest.fixture(autouse=True)
def on_disk(settings, tmp_path):
    """Real files, as in a deployment."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    }
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def content(file):
    with file.open() as opened:
        return opened.read()


def upload(seed=0, name="现场.jpg"):
    return SimpleUploadedFile(name, camera.jpeg(seed=seed), "image/jpeg")


def attached(world, system="gongan", seed=0):
    return services.attach(
        world.section(system), camera.jpeg(seed=seed), actor=world.officer(system)
    )


def small(photo):
    return reverse("inspections:evidence_small", args=[photo.pk])


# Adding


def test_the_original_is_kept_and_the_copy_is_bare(inside, on_disk):
    data = camera.jpeg()
    row = services.attach(inside.section(), data, actor=inside.officer())
    assert row.sha256 == hashlib.sha256(data).hexdigest()
    assert content(row.original) == data
    assert b"Exif" not in content(row.copy)
    assert b"Exif" not in content(row.thumbnail)
    assert len(files(on_disk)) == 3
    assert {oct(path.stat().st_mode & 0o777) for path in files(on_disk)} == {"0o600"}
    event = AuditEvent.objects.get(verb="inspections.attach")
    assert event.data["sha256"] == row.sha256
    assert (event.actor, row.uploaded_by) == (inside.officer(), inside.officer())


def test_a_photo_of_one_item(inside):
    item = inside.items["gongan"][0]
    row = services.attach(inside.section(), camera.jpeg(), item=item, actor=inside.officer())
    assert row.item == item


def test_a_closed_door_is_photographed_before_entry(world):
    assert attached(world).section == world.section()


def test_the_same_photo_again_is_the_photo_that_is_there(inside, on_disk):
    first, again = attached(inside), attached(inside)
    assert first == again
    assert Evidence.objects.count() == 1
    assert len(files(on_disk)) == 3
    assert AuditEvent.objects.filter(verb="inspections.attach").count() == 1


def test_a_refused_photo_leaves_nothing_behind(inside, on_disk):
    section, officer = inside.section(), inside.officer()
    foreign = inside.items["shichang"][0]
    with pytest.raises(DomainError, match="不是照片"):
        services.attach(section, b"no photo", actor=officer)
    with pytest.raises(DomainError, match="不是本部门"):
        services.attach(section, camera.jpeg(), item=foreign, actor=officer)
    assert_nothing(on_disk)


@pytest.mark.parametrize("who", ["colleague", "lead", "deputy", "foreign"])
def test_only_the_team_adds(inside, on_disk, who):
    with pytest.raises(NotAllowed):
        services.attach(inside.section(), camera.jpeg(), actor=strangers(inside)[who])
    with pytest.raises(NotAllowed):
        services.attach(inside.section("shichang"), camera.jpeg(), actor=inside.officer())
    assert_nothing(on_disk)


def assert_nothing(folder):
    assert not Evidence.objects.exists()
    assert files(folder) == []
    assert not AuditEvent.objects.filter(verb="inspections.attach").exists()


def test_thirty_and_no_more(inside, on_disk):
    row = attached(inside)
    for number in range(29):
        row.pk, row.sha256 = None, f"{number:064d}"
        row.save(force_insert=True)
    with pytest.raises(DomainError, match="最多 30 张"):
        attached(inside, seed=1)
    assert Evidence.objects.count() == 30
    assert len(files(on_disk)) == 3


def test_after_handing_in_nothing_changes(world, deadlines, on_disk):
    row = attached(world)
    world.ready()
    world.submit()
    with pytest.raises(IllegalMove, match="已提交审批"):
        attached(world, seed=1)
    with pytest.raises(IllegalMove, match="已提交审批"):
        services.remove_evidence(row, actor=world.officer())
    assert Evidence.objects.get() == row
    assert len(files(on_disk)) == 3


def test_a_photo_voids_no_confirmation(inside):
    inside.fill()
    inside.confirm()
    attached(inside)
    assert inside.section().status == "confirmed"


# Removing


def test_the_team_removes_row_and_files_and_the_trail_keeps_the_digest(inside, on_disk):
    row = attached(inside)
    services.remove_evidence(row, actor=inside.officer("gongan", 1))
    assert not Evidence.objects.exists()
    assert files(on_disk) == []
    assert AuditEvent.objects.get(verb="inspections.remove_evidence").data["sha256"] == row.sha256


@pytest.mark.parametrize("who", ["colleague", "lead", "deputy", "foreign"])
def test_others_remove_nothing(inside, on_disk, who):
    row = attached(inside)
    with pytest.raises(NotAllowed):
        services.remove_evidence(row, actor=strangers(inside)[who])
    assert Evidence.objects.get() == row
    assert len(files(on_disk)) == 3


# Seeing


@pytest.mark.parametrize("role", ["officer", "deputy", "principal"])
def test_the_own_agency_and_the_lead_see_the_copy(inside, log_in, role):
    row = attached(inside)
    for user in (UserFactory(role=role, agency=inside.police), inside.lead):
        client = log_in(user)
        response = client.get(row.get_absolute_url())
        data = b"".join(response.streaming_content)
        assert response["Content-Type"] == "image/jpeg"
        assert response["Content-Disposition"].startswith("inline")
        assert "no-store" in response["Cache-Control"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert data == content(row.copy)
        tiny = b"".join(client.get(small(row)).streaming_content)
        assert Image.open(BytesIO(tiny)).size == (240, 180)


def test_for_others_a_photo_does_not_exist(inside, log_in, client):
    row = attached(inside)
    for user in (
        inside.officer("shichang"),  # reads the results of its partner, not the photos
        UserFactory(role="deputy", agency=agency("341321", "gongan")),
        UserFactory(role="lead", agency=agency("130606", "gongan")),
        UserFactory(role="sysadmin", agency=None),
    ):
        for address in (row.get_absolute_url(), small(row)):
            assert log_in(user).get(address).status_code == 404
        remove = reverse("inspections:remove_photo", args=[row.pk])
        assert log_in(user).post(remove).status_code == 404
    client.logout()
    assert client.get(row.get_absolute_url()).url.startswith("/login/")


def test_a_lost_file_is_a_page_not_found(inside, log_in):
    row = attached(inside)
    default_storage.delete(row.copy.name)
    assert log_in(inside.officer()).get(row.get_absolute_url()).status_code == 404


def test_no_address_leads_into_the_folder(inside, client, on_disk):
    row = attached(inside)
    for name in (row.original.name, row.copy.name):
        for address in (f"/{name}", f"/media/{name}", f"/static/{name}"):
            assert client.get(address).status_code in {302, 404}
    assert not [one for one in get_resolver().reverse_dict if "media" in str(one)]


# Pages


def page(client, name, world):
    return client.get(reverse(f"inspections:{name}", args=[world.visit.pk])).content.decode()


def test_pages_show_the_photos_one_may_see(inside, log_in):
    police, market = attached(inside), attached(inside, "shichang", seed=1)
    for name in ("form", "detail"):
        shown = page(log_in(inside.lead), name, inside)
        assert small(police) in shown
        assert small(market) in shown
        shown = page(log_in(inside.officer()), name, inside)
        assert small(police) in shown
        assert small(market) not in shown
    assert "1/30 张" in page(log_in(inside.officer()), "form", inside)
    assert "确认删除" not in page(log_in(inside.lead), "form", inside)


def test_the_leader_sees_them_when_approving_and_the_public_never(world, deadlines, log_in, client):
    row = attached(world)
    world.ready()
    section = world.submit()
    world.submit("shichang", 2)
    deputy = UserFactory(role="deputy", agency=world.police)
    approval = reverse("approvals:detail", args=[section.pk])
    world.task.rules["list_published"] = "at_lock"  # so that the public page names the firm
    world.task.save(update_fields=["rules"])
    assert small(row) in log_in(deputy).get(approval).content.decode()
    log_in(deputy).post(reverse("approvals:approve", args=[section.pk]))
    client.logout()
    section.refresh_from_db()
    public = client.get(section.publication.get_absolute_url()).content.decode()
    assert world.visit.target.name in public
    assert "evidence" not in public


def test_several_photos_at_once_without_script(inside, log_in):
    client = log_in(inside.officer())
    item = inside.items["gongan"][0]
    address = reverse("inspections:photos", args=[inside.visit.pk])
    data = {"item": item.pk, "photos": [upload(1), upload(2)]}
    response = client.post(address, data)
    assert response.url.endswith("#photos")
    assert [row.item for row in Evidence.objects.all()] == [item, item]


def test_good_photos_are_kept_beside_refused_ones(inside, log_in):
    client = log_in(inside.officer())
    wrong = SimpleUploadedFile("笔记.txt", b"text", "image/jpeg")
    address = reverse("inspections:photos", args=[inside.visit.pk])
    response = client.post(address, {"photos": [wrong, upload()]})
    assert response.status_code == 422
    assert "笔记.txt：这个文件不是照片" in response.content.decode()
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "请先选择照片"),
        ({"photos": SimpleUploadedFile("a.jpg", b"")}, "这个文件是空的"),
        ({"photos": "no file"}, "请先选择照片"),
        ({"item": "9999999", "photos": upload()}, "item"),
        ({"item": "x", "photos": upload()}, "item"),
    ],
)
def test_bad_uploads_are_answered_with_a_sentence(inside, log_in, data, words):
    client = log_in(inside.officer())
    response = client.post(reverse("inspections:photos", args=[inside.visit.pk]), data)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Evidence.objects.exists()


def test_removing_on_the_page(inside, log_in):
    row = attached(inside)
    client = log_in(inside.officer())
    response = client.post(reverse("inspections:remove_photo", args=[row.pk]))
    assert response.url.endswith("#photos")
    assert not Evidence.objects.exists()


# The phone's own way


def test_one_photo_over_the_api(inside, log_in):
    client = log_in(inside.officer())
    address = reverse("api-photo", args=[inside.section().pk])
    item = inside.items["gongan"][0]
    answer = client.post(address, {"photo": upload(), "item": item.pk}).json()
    again = client.post(address, {"photo": upload(), "item": item.pk}).json()
    row = Evidence.objects.get()
    assert (answer["id"], again["id"], answer["item"]) == (row.pk, row.pk, item.pk)
    assert answer["sha256"] == hashlib.sha256(camera.jpeg()).hexdigest()


def test_the_api_says_why_not(inside, log_in):
    client = log_in(inside.officer())
    address = reverse("api-photo", args=[inside.section().pk])
    refused = client.post(address, {"photo": SimpleUploadedFile("a.jpg", b"text")})
    assert (refused.status_code, "不是照片" in refused.json()["message"]) == (422, True)
    assert client.post(address, {}).json() == {"photo": ["没有照片。"]}
    foreign = inside.items["shichang"][0].pk
    assert client.post(address, {"photo": upload(), "item": foreign}).status_code == 404
    other = reverse("api-photo", args=[inside.section("shichang").pk])
    assert client.post(other, {"photo": upload()}).status_code == 404
    assert not Evidence.objects.exists()
