"""What the DAM refuses, and the sentence it says."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refusal


class PictureRefused(Refusal):
    """The file cannot become a picture of the shop. The subclasses say why. Parameters: filename."""

    code = "media.picture_refused"
    message = _("%(filename)s cannot be used as a picture.")


class NotAPicture(PictureRefused):
    """Its content is none of the types we decode, whatever its name says."""

    code = "media.not_a_picture"
    message = _("%(filename)s is not a JPEG, PNG, WebP, AVIF or GIF picture. Its content counts, not its name.")


class VectorRefused(PictureRefused):
    """SVG is a document that can carry scripts."""

    code = "media.vector_refused"
    message = _("%(filename)s is an SVG file. Drawings can carry scripts; please export it as PNG or WebP.")


class PictureDamaged(PictureRefused):
    """The file ends too early or cannot be decoded."""

    code = "media.picture_damaged"
    message = _("%(filename)s is damaged or incomplete. Please export it again.")


class PictureTooLarge(PictureRefused):
    """More bytes or pixels than we are willing to decode. Parameters: filename, found, limit."""

    code = "media.picture_too_large"
    message = _("%(filename)s is too large: %(found)s, at most %(limit)s.")


class AssetInUse(Refusal):
    """A picture that something shows may not be deleted. Parameters: filename, uses."""

    code = "media.asset_in_use"
    message = _("%(filename)s is still shown in %(uses)s places. Remove it there first.")
    http_status = HTTPStatus.CONFLICT


class FocalPointOutside(Refusal):
    """A focal point is a share of width and height, each from 0 to 1."""

    code = "media.focal_point_outside"
    message = _("The focal point must lie inside the picture.")
