"""The DAM: one asset per file content, its renditions and its alt texts."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AssetState(models.TextChoices):
    """How far an asset has come."""

    PENDING = "pending", _("Renditions are being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class Asset(models.Model):
    """A picture, stored once by the SHA-256 of its bytes as received; every published file is re-encoded from it."""

    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    original = models.CharField(_("stored original"), max_length=200)
    filename = models.CharField(_("name as received"), max_length=255)
    mime_type = models.CharField(_("type"), max_length=40)
    byte_size = models.PositiveBigIntegerField(_("bytes"))
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    focal_x = models.DecimalField(_("focal point, from the left"), max_digits=4, decimal_places=3, default="0.5")
    focal_y = models.DecimalField(_("focal point, from the top"), max_digits=4, decimal_places=3, default="0.5")
    state = models.CharField(_("state"), max_length=8, choices=AssetState.choices, default=AssetState.PENDING)
    error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created"))
    renditions_version = models.PositiveIntegerField(_("version of the renditions"), default=1)

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(focal_x__gte=0, focal_x__lte=1, focal_y__gte=0, focal_y__lte=1),
                name="asset_focal_in_picture",
            ),
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="asset_has_size"),
        ]

    def __str__(self) -> str:
        return self.filename


class Rendition(models.Model):
    """A file made from an asset: one format at one width, under a name that never changes its content."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="renditions", verbose_name=_("asset"))
    format = models.CharField(_("format"), max_length=4, choices=[("avif", "AVIF"), ("webp", "WebP"), ("jpeg", "JPEG")])
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    path = models.CharField(_("path in the storage"), max_length=200)
    byte_size = models.PositiveIntegerField(_("bytes"))
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asset", "version", "format", "width"], name="rendition_unique"),
        ]

    def __str__(self) -> str:
        return self.path


class AssetText(models.Model):
    """What a picture shows, in one language, for those who cannot see it."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="texts", verbose_name=_("asset"))
    language = models.CharField(_("language"), max_length=2)
    alt = models.CharField(_("alt text"), max_length=300)

    class Meta:
        verbose_name = _("alt text")
        verbose_name_plural = _("alt texts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asset", "language"], name="asset_text_unique"),
        ]

    def __str__(self) -> str:
        return self.alt


class DiscardedFile(models.Model):
    """A stored file that nothing shows any more and that the nightly cleaning removes after a grace."""

    name = models.CharField(_("path in the storage"), max_length=200, primary_key=True)
    discarded_at = models.DateTimeField(_("discarded"), db_index=True)

    class Meta:
        verbose_name = _("discarded file")
        verbose_name_plural = _("discarded files")

    def __str__(self) -> str:
        return self.name
