"""Editorial content of the storefront: blocks of the home page and static pages, per brand, market and language."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class ContentBlock(models.Model):
    """One block of a page of a brand in a language, for all its markets or only one."""

    brand = models.ForeignKey("markets.Brand", models.CASCADE, related_name="+", verbose_name=_("brand"))
    market = models.ForeignKey(
        "markets.Market", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("only in market")
    )
    language = models.CharField(_("language"), max_length=2)
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=[
            ("split", _("Picture and sentence")),
            ("categories", _("Categories with pictures")),
            ("rail", _("Row of products")),
            ("promises", _("Promises")),
        ],
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    title = models.CharField(_("title"), max_length=160, blank=True)
    text = models.TextField(_("text"), blank=True)
    link_label = models.CharField(_("text of the link"), max_length=80, blank=True)
    link_path = models.CharField(_("path of the link"), max_length=200, blank=True)
    asset = models.ForeignKey(
        "media.Asset", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    data = models.JSONField(_("details"), default=dict, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        indexes: ClassVar = [models.Index(fields=["brand", "language", "position"], name="block_by_brand_and_language")]

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"


class StaticPage(models.Model):
    """Terms, legal notice, privacy and the like: per brand and language, with an override per market."""

    brand = models.ForeignKey("markets.Brand", models.CASCADE, related_name="+", verbose_name=_("brand"))
    market = models.ForeignKey(
        "markets.Market", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("only in market")
    )
    language = models.CharField(_("language"), max_length=2)
    code = models.SlugField(_("code"), max_length=40, help_text=_("The same in all languages: terms, legal, privacy."))
    slug = models.SlugField(_("slug"), max_length=120)
    title = models.CharField(_("title"), max_length=160)
    sections = models.JSONField(
        _("sections"),
        default=list,
        help_text=_("List of {heading, paragraphs}; {company}, {address} and {email} stand for the seller's."),
    )
    version = models.CharField(_("version"), max_length=40, blank=True)
    updated_at = models.DateTimeField(_("updated"))

    class Meta:
        verbose_name = _("static page")
        verbose_name_plural = _("static pages")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["brand", "market", "language", "code"], name="static_page_unique", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} [{self.language}]"
