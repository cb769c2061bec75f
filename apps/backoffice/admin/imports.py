"""Imports: files go in, everything wrong with them is shown, and only then anything is written."""

import csv
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from kombu.exceptions import OperationalError
from unfold.decorators import action, display

from apps.backoffice.admin.shared import ReadOnlyAdmin, actor_of, ask, chip, demand
from apps.backoffice.csv_cells import safe_cell
from apps.backoffice.forms import ConfirmForm, ImportForm
from apps.backoffice.queries.order_story import actor_names
from apps.backoffice.scoping import scoped, whole_brands
from apps.catalog.enums import ImportState
from apps.catalog.importing import operations, queries, tasks
from apps.catalog.importing.errors import UnableToImport
from apps.catalog.models import ImportJob
from apps.core import clock
from apps.core.errors import Unavailable
from apps.inventory.queries import workplaces

TONES = {
    ImportState.DRAFT: "quiet",
    ImportState.VALIDATING: "busy",
    ImportState.READY: "wait",
    ImportState.APPLYING: "busy",
    ImportState.DONE: "good",
    ImportState.REFUSED: "bad",
    ImportState.FAILED: "bad",
}
RUNNING = {ImportState.DRAFT, ImportState.VALIDATING, ImportState.APPLYING}
MOST_ISSUES = 200
MOST_DIFFS = 50
REFRESH_S = 2


@admin.register(ImportJob)
class ImportJobAdmin(ReadOnlyAdmin):
    """What was taken in, newest first."""

    list_display = ("id", "created_at", "brand_code", "state_chip", "progress", "person", "finished_at")
    list_filter = ("state", "brand_code")
    ordering = ("-created_at", "-id")
    actions_list = ("upload",)

    @display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, job: ImportJob) -> str:
        return chip(job.get_state_display(), TONES[ImportState(job.state)])

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, str] | None = None) -> HttpResponse:
        """List jobs with the people who started them, asked for once."""
        response = super().changelist_view(request, extra_context)
        if (changelist := (getattr(response, "context_data", None) or {}).get("cl")) is not None:
            rows = list(changelist.result_list)
            names = actor_names([row.by for row in rows])
            for row in rows:
                row.person = names[row.by]
            changelist.result_list = rows
        return response  # type: ignore[no-any-return] # untyped base

    @display(description=gettext_lazy("started by"), ordering="by")
    def person(self, job: Any) -> str:
        return str(job.person)

    @display(description=gettext_lazy("progress"))
    def progress(self, job: ImportJob) -> str:
        return f"{job.progress_done} / {job.progress_total}" if job.progress_total else "–"

    def has_upload_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Tell whether this person may import."""
        return bool(request.user.has_perm("catalogue.add_importjob"))

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of a job."""
        view = self.admin_site.admin_view
        own = [
            path("<int:job_id>/apply/", view(self.apply), name="catalogue_importjob_apply"),
            path("<int:job_id>/issues.csv", view(self.issues_csv), name="catalogue_importjob_issues"),
        ]
        return own + super().get_urls()  # type: ignore[no-any-return] # untyped base

    @action(description=gettext_lazy("Import files"), permissions=["upload"], icon="upload_file")
    def upload(self, request: HttpRequest) -> HttpResponse:
        """Take files in and have them checked."""
        from apps.backoffice.uploads import tables_and_pictures

        made: list[int] = []

        def do(said: Mapping[str, Any]) -> str:
            files = tables_and_pictures(products=said["products"], texts=said["texts"], pictures=said["pictures"])
            job = operations.start_import(
                files=files,
                at=clock.now(),
                by=actor_of(request),
                brand_code=said["brand"],
                location_code=said["location"],
            )
            made.append(job.pk)
            return _("The files are being checked. Nothing is written before you say so.")

        form = ImportForm(
            request.POST or None,
            request.FILES or None,
            brands=[(brand.code, brand.name) for brand in whole_brands(request)],
            locations=list(workplaces().values_list("code", "name")),
        )
        response = ask(
            request,
            admin=self,
            title=_("Import files"),
            question="",
            form=form,
            do=do,
            button=_("Check the files"),
            back=reverse("admin:catalogue_importjob_changelist"),
        )
        if made and response.status_code == 302:  # noqa: PLR2004 -- a redirect
            response["Location"] = _page(made[0])
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show what would change, or how far it is, or why it was refused."""
        demand(request, "catalogue.view_importjob")
        job = get_object_or_404(scoped(request, ImportJob.objects.all()), pk=object_id if object_id.isdecimal() else 0)
        page = queries.issues(job_id=job.pk, limit=MOST_ISSUES)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "original": job,
            "job": job,
            "title": _("Import %(number)s") % {"number": job.pk},
            "issues": page.issues,
            "issues_total": page.total,
            "counts": [(name, row) for name, row in job.counts.items() if isinstance(row, dict)],
            "diff": job.diff[:MOST_DIFFS],
            "is_running": job.state in RUNNING,
            "may_apply": job.state == ImportState.READY and request.user.has_perm("catalogue.change_importjob"),
            "tone": TONES[ImportState(job.state)],
        }
        response = TemplateResponse(request, "backoffice/import.html", context)
        if job.state in RUNNING:
            # A header, so that progress is seen without any script.
            response["Refresh"] = str(REFRESH_S)
        return response

    def apply(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """Write what was checked, in a worker."""
        demand(request, "catalogue.change_importjob")
        job = get_object_or_404(scoped(request, ImportJob.objects.all()), pk=job_id)

        def do(_said: Mapping[str, Any]) -> str:
            if job.state != ImportState.READY:
                raise UnableToImport(reason=job.get_state_display())
            try:
                tasks.apply_import.delay(job.pk, actor_of(request))
            except OperationalError as error:
                raise Unavailable from error
            return _("The import is being applied.")

        return ask(
            request,
            admin=self,
            title=_("Apply the import"),
            do=do,
            back=_page(job_id),
            button=_("Apply"),
            question=_("Write all rows of this import? It is all of them or none."),
            form=ConfirmForm(request.POST if request.method == "POST" else None),
        )

    def issues_csv(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """Return everything wrong with a job's files as a table for the person who has to mend them."""
        demand(request, "catalogue.view_importjob")
        get_object_or_404(scoped(request, ImportJob.objects.all()), pk=job_id)
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="import-{job_id}-issues.csv"'
        response.write("\ufeff")
        writer = csv.writer(response)
        writer.writerow([_("Kind"), _("File"), _("Row"), _("Column"), _("Value"), _("Reason"), _("What to do")])
        for issue in queries.issues(job_id=job_id, limit=operations.MOST_ISSUES).issues:
            cells = (issue.severity, issue.file, issue.line, issue.column, issue.value, issue.reason, issue.hint)
            writer.writerow([safe_cell(cell) for cell in cells])
        return response


def _page(job_id: int) -> str:
    return reverse("admin:catalogue_importjob_change", args=[job_id])
