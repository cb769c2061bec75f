"""Photos of a return: re-encoded to pixels, for their shopper and staff alone, and nothing that is no picture."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from apps.orders.models import ReturnPhoto
from apps.orders.returns import operations, photos
from apps.orders.tokens import order_token
from tests.factories.staff import make_staff
from tests.html_rules import mistakes
from tests.integration.returns.helpers import BACK, arrived, declare
from tests.integration.returns.test_withdrawal_pages import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr("apps.core.clock.now", lambda: BACK)
    return Client(HTTP_HOST="halles.localhost")


@pytest.fixture
def made():
    waiting = arrived()
    return declare(waiting, units=1)


def picture(colour="red", *, size=(2400, 1200), kind="JPEG", **extra):
    out = io.BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", size, colour).save(out, kind, **extra)
    return out.getvalue()


def page_of(made):
    return f"/fr-fr/orders/{order_token(made.order.number)}/returns/{made.number}/photos/"


def send(visitor, made, *files):
    named = [SimpleUploadedFile(f"p{number}.jpg", data) for number, data in enumerate(files)]
    return visitor.post(page_of(made), {"photos": named})


def test_photos_are_added_shown_to_the_shopper_and_to_staff(visitor, made):
    order_page = read(visitor.get(f"/fr-fr/orders/{order_token(made.order.number)}/"))
    assert "Montrez-nous des photos" in order_page
    assert send(visitor, made, picture("red"), picture("blue", kind="PNG")).status_code == 302

    shown = visitor.get(page_of(made)).content.decode()
    assert mistakes(shown) == []
    assert shown.count("<img") - shown.count("wordmark") >= 2
    answer = visitor.get(f"{page_of(made)}2.jpg")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert "no-store" in answer.headers["Cache-Control"]
    seen = Image.open(io.BytesIO(answer.content))
    assert (seen.format, seen.size) == ("JPEG", (1600, 800))

    desk = Client()
    desk.force_login(make_staff(superuser=True))
    address = reverse("admin:order_return_photo", args=[made.pk, 1])
    assert address in desk.get(reverse("admin:order_order_change", args=[made.order_id])).content.decode()
    assert desk.get(address).headers["Content-Type"] == "image/jpeg"
    assert desk.get(reverse("admin:order_return_photo", args=[made.pk, 9])).status_code == 404


def test_nothing_a_camera_wrote_is_kept(made):
    exif = Image.Exif()
    exif[0x010F] = "Demo Camera"
    exif[0x8825] = {1: "N", 2: (48.0, 51.0, 0.0)}
    row = photos.add_photo(return_id=made.pk, data=picture(exif=exif), name="a.jpg", at=BACK)
    kept = Image.open(io.BytesIO(bytes(row.content)))
    assert not kept.getexif()
    assert b"Demo Camera" not in bytes(row.content)


def test_same_picture_twice_is_one_and_the_seventh_is_refused(made):
    first = photos.add_photo(return_id=made.pk, data=picture(), name="a.jpg", at=BACK)
    assert photos.add_photo(return_id=made.pk, data=picture(), name="b.jpg", at=BACK).pk == first.pk
    for number in range(1, photos.MOST):
        photos.add_photo(return_id=made.pk, data=picture((number * 40, 0, 0)), name="c.jpg", at=BACK)
    with pytest.raises(photos.TooManyPhotos):
        photos.add_photo(return_id=made.pk, data=picture("green"), name="d.jpg", at=BACK)
    assert list(ReturnPhoto.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (b"%PDF-1.7 not a picture", "JPEG, PNG, WebP"),
        (picture()[:2000], "endommagé"),
        (b"\xff\xd8\xff" + b"x" * photos.LARGEST, "trop"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_reason(visitor, made, data, words):
    answer = send(visitor, made, data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ReturnPhoto.objects.exists()


def test_good_pictures_of_a_bad_lot_are_kept_and_the_bad_one_is_named(visitor, made):
    answer = send(visitor, made, picture(), b"rubbish")
    assert answer.status_code == 422
    assert "p1.jpg" in answer.content.decode()
    assert ReturnPhoto.objects.count() == 1


def test_more_files_than_a_return_can_have_are_refused_together(visitor, made):
    answer = send(visitor, made, *[picture((number * 30, 0, 0)) for number in range(photos.MOST + 1)])
    assert answer.status_code == 422
    assert "6 photos" in answer.content.decode()
    assert not ReturnPhoto.objects.exists()


def test_decided_return_takes_no_more(visitor, made):
    operations.close_return(return_id=made.pk, reason="never came", by="user:7", at=BACK)
    with pytest.raises(photos.PhotosTooLate):
        photos.add_photo(return_id=made.pk, data=picture(), name="a.jpg", at=BACK)
    assert 'type="file"' not in visitor.get(page_of(made)).content.decode()


def test_photos_of_others_are_not_there(visitor, made):
    photos.add_photo(return_id=made.pk, data=picture(), name="a.jpg", at=BACK)
    other = declare(arrived(), units=1)
    foreign = page_of(other).replace(other.number, made.number)
    for path in (foreign, f"{foreign}1.jpg", f"{page_of(other)}1.jpg", page_of(made).replace("~", "~x")):
        assert visitor.get(path).status_code == 404
    assert Client().get(reverse("admin:order_return_photo", args=[made.pk, 1])).status_code == 302
    nobody = Client()
    nobody.force_login(make_staff())
    assert nobody.get(reverse("admin:order_return_photo", args=[made.pk, 1])).status_code == 403
