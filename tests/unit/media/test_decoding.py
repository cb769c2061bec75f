"""Foreign bytes become clean pixels or a refusal that says why."""

from io import BytesIO

import pytest
from PIL import Image

from apps.media.decoding import decode, inspect
from apps.media.encoding import encode_all, sizes_for
from apps.media.errors import NotAPicture, PictureDamaged, PictureTooLarge, VectorRefused
from tests.factories.pictures import bomb_bytes, picture_bytes


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (bomb_bytes(width=60_000, height=60_000), PictureTooLarge),
        (bomb_bytes(width=9_000, height=9_000), PictureTooLarge),
        (bomb_bytes(width=20_000, height=10), PictureTooLarge),
        (b"<html><script>alert(1)</script></html>", NotAPicture),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', VectorRefused),
        (b"", NotAPicture),
        (picture_bytes(kind="BMP"), NotAPicture),
        (picture_bytes(size=(300, 300), kind="JPEG")[:400], PictureDamaged),
        (picture_bytes(size=(300, 300), kind="WEBP", lossless=True)[:-20], PictureDamaged),
    ],
)
def test_bytes_that_are_no_good_picture_are_refused(data, refusal):
    with pytest.raises(refusal):
        inspect(data=data, filename="photo.jpg")


def test_type_is_decided_by_content_not_by_name():
    assert inspect(data=picture_bytes(kind="PNG"), filename="photo.jpg").mime_type == "image/png"


def test_exif_turns_the_picture_and_is_dropped():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    data = picture_bytes(size=(40, 30), kind="JPEG", exif=exif)
    facts = inspect(data=data, filename="a")
    assert (facts.width, facts.height) == (30, 40)
    made = encode_all(data=data, filename="a", sizes=sizes_for(width=30, height=40, formats=["jpeg"]))
    opened = Image.open(BytesIO(made[0].data))
    assert opened.size == (30, 40)
    assert not opened.getexif()
    assert "icc_profile" not in opened.info


@pytest.mark.parametrize(
    ("mode", "kind", "expected"),
    [
        ("CMYK", "JPEG", "RGB"),
        ("L", "PNG", "RGB"),
        ("LA", "PNG", "RGBA"),
        ("RGBA", "WEBP", "RGBA"),
        ("P", "PNG", "RGB"),
        ("1", "PNG", "RGB"),
        ("I;16", "PNG", "RGB"),
        ("P", "GIF", "RGB"),
        ("RGB", "AVIF", "RGB"),
    ],
)
def test_every_mode_becomes_eight_bit_colour(mode, kind, expected):
    assert decode(data=picture_bytes(mode=mode, kind=kind), filename="a", at_most_width=40).mode == expected


def test_sixteen_bits_keep_their_brightness():
    data = picture_bytes(mode="I;16", colour=32768)
    assert decode(data=data, filename="a", at_most_width=40).getpixel((1, 1)) == (128, 128, 128)


def test_palette_transparency_is_kept():
    data = picture_bytes(mode="P", kind="PNG", transparency=0)
    assert decode(data=data, filename="a", at_most_width=40).getpixel((0, 0))[3] == 0


def test_animation_gives_its_first_frame():
    out = BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(out, format="GIF", save_all=True, append_images=frames[1:])
    assert decode(data=out.getvalue(), filename="a", at_most_width=8).getpixel((0, 0))[0] > 200


def test_sizes_never_enlarge():
    assert {size.width for size in sizes_for(width=1, height=1, formats=["webp"])} == {1}
    sizes = sizes_for(width=1000, height=500, formats=["webp"])
    assert [(size.width, size.height) for size in sizes] == [(320, 160), (480, 240), (640, 320), (960, 480)]
