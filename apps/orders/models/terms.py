"""The texts a contract was made under, word for word."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TermsVersion(models.Model):
    """
    Append-only: terms and withdrawal information as they stood for a shop, one row per different wording.

    Orders point at the row they were placed under, so that what is sent again years later says the same.
    """

    digest = models.CharField(_("fingerprint"), max_length=64, unique=True, help_text=_("SHA-256 of the texts."))
    language = models.CharField(_("language"), max_length=2)
    documents = models.JSONField(
        _("documents"), help_text=_("List of {code, title, version, sections: [[heading, [paragraphs]]]}.")
    )
    first_used_at = models.DateTimeField(_("first used"))

    class Meta:
        verbose_name = _("version of the terms")
        verbose_name_plural = _("versions of the terms")

    def __str__(self) -> str:
        return f"{self.language} {self.digest[:12]}"
