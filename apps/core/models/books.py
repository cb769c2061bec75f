"""What the nightly proof of the books found."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class BooksProof(models.Model):
    """One reading of all books: how many sentences were proven, and those that did not hold with their exceptions."""

    at = models.DateTimeField(_("read at"))
    seconds = models.FloatField(_("seconds"))
    invariants = models.PositiveIntegerField(_("sentences proven"))
    exceptions = models.PositiveIntegerField(_("exceptions"))
    broken = models.JSONField(_("what does not hold"), default=list, blank=True)

    class Meta:
        verbose_name = _("proof of the books")
        verbose_name_plural = _("proofs of the books")
        indexes: ClassVar = [models.Index(fields=["-at"], name="books_proof_newest_first")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
