"""Imports: the job, every row as it was received, and everything that was wrong with them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.enums import ImportRowStatus, ImportState, IssueSeverity


class ImportJob(models.Model):
    """One run over one set of files: staged, checked as a whole, then applied as a whole or not at all."""

    state = models.CharField(_("state"), max_length=10, choices=ImportState.choices, default=ImportState.DRAFT)
    profile = models.CharField(_("profile"), max_length=20, default="auto")
    source = models.CharField(_("source"), max_length=400, help_text=_("folder:… or storage:…"))
    brand_code = models.CharField(_("brand"), max_length=20)
    market_codes = models.JSONField(_("markets"), default=list)
    location_code = models.CharField(_("stock location"), max_length=40, blank=True)
    by = models.CharField(_("started by"), max_length=120)
    file_hashes = models.JSONField(_("hashes of the files"), default=dict)
    counts = models.JSONField(_("counts"), default=dict)
    diff = models.JSONField(_("sample of changes"), default=list)
    error = models.TextField(_("why it ended"), blank=True)
    progress_done = models.PositiveIntegerField(_("done"), default=0)
    progress_total = models.PositiveIntegerField(_("in all"), default=0)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes: ClassVar = [models.Index(fields=["-created_at", "id"], name="import_job_newest")]

    def __str__(self) -> str:
        return f"{self.pk} {self.source}"


class ImportRow(models.Model):
    """A line of a file as received, and what would become of it."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rows", verbose_name=_("import"), db_index=False)
    file = models.CharField(_("file"), max_length=255)
    line = models.PositiveIntegerField(_("line"))
    raw = models.JSONField(_("as received"))
    sku = models.CharField(_("SKU"), max_length=64, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=ImportRowStatus.choices, default=ImportRowStatus.STAGED
    )
    before_hash = models.CharField(_("hash before"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        constraints: ClassVar = [models.UniqueConstraint(fields=["job", "file", "line"], name="import_row_unique")]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class ImportIssue(models.Model):
    """Something wrong at one place of one file. The sentence is made from the code in the reader's language."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="issues", verbose_name=_("import"))
    severity = models.CharField(_("severity"), max_length=8, choices=IssueSeverity.choices)
    file = models.CharField(_("file"), max_length=255)
    line = models.PositiveIntegerField(_("line"), default=0)
    column = models.CharField(_("column"), max_length=255, blank=True)
    value = models.CharField(_("value"), max_length=120, blank=True)
    code = models.CharField(_("code"), max_length=40)
    params = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("problem of an import")
        verbose_name_plural = _("problems of imports")

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.code}"
