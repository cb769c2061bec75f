"""Take a catalogue in from a folder or a file: manage.py import_catalogue PATH."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table

from apps.catalog import publication
from apps.catalog.importing import operations
from apps.catalog.importing.checking import Progress
from apps.catalog.importing.profiles import PROFILES
from apps.catalog.models import ImportJob
from apps.core import clock
from apps.core.errors import Refusal
from apps.media import operations as media

MOST_SHOWN = 40
BY = "system:import_catalogue"


class Command(BaseCommand):
    help = "Check a catalogue's files and, when nothing is wrong, take all of it in. Exit code 1 when refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="folder with products.csv, or a single CSV")
        parser.add_argument("--profile", choices=["auto", *PROFILES], default="auto")
        parser.add_argument("--brand", default="", help="code of the brand; the default brand when not given")
        parser.add_argument("--market", default="", help="codes with commas; all of the brand when not given")
        parser.add_argument("--location", default="", help="code of the stock location")
        parser.add_argument("--dry-run", action="store_true", help="check and say what would change")
        parser.add_argument("--no-publish", action="store_true", help="leave publication to the worker")
        parser.add_argument("--json", action="store_true", help="the summary as JSON")

    def handle(self, *_args: object, **options: Any) -> None:
        path: Path = options["path"].resolve()
        if not path.exists():
            raise CommandError(_("%(path)s does not exist.") % {"path": path})
        console = Console(file=sys.stderr, quiet=options["json"] and not sys.stderr.isatty())
        try:
            job = self._run(path, options, console)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        out = Console(file=self.stdout)  # type: ignore[arg-type] # Django's wrapper writes like a file
        self._report(job, options, out)
        if job.state in {"refused", "failed"}:
            sys.exit(1)

    def _run(self, path: Path, options: dict[str, Any], console: Console) -> ImportJob:
        at = clock.now()
        job = operations.create_job(
            source=f"folder:{path}",
            at=at,
            by=BY,
            profile=options["profile"],
            brand_code=options["brand"],
            market_codes=[code for code in options["market"].split(",") if code],
            location_code=options["location"],
        )
        with Bar(console=console) as bar:
            report = _reporter(bar)
            checked = operations.check_import(job_id=job.pk, at=at, progress=report)
            job.refresh_from_db()
            if job.state == "ready" and not options["dry_run"]:
                job = operations.apply_import(job_id=job.pk, at=at, by=BY, checked=checked, progress=report)
                self._finish(job, options, report)
        return job

    def _finish(self, job: ImportJob, options: dict[str, Any], report: Progress) -> None:
        at = clock.now()
        waiting = operations.touched_assets(job_id=job.pk)
        media.make_renditions_many(
            asset_ids=waiting, at=at, progress=lambda done, total: report("renditions", done, total)
        )
        if options["no_publish"]:
            return
        total = publication.due_count()
        if any(job.counts["products"][key] + job.counts["variants"][key] for key in ("created", "changed")):
            publication.publish_categories(at=at)
        publication.publish_waiting(now=clock.now, on_batch=lambda done: report("publish", done, max(done, total)))

    def _report(self, job: ImportJob, options: dict[str, Any], out: Console) -> None:
        from apps.catalog.importing import queries

        page = queries.issues(job_id=job.pk, limit=MOST_SHOWN)
        if options["json"]:
            found = [
                {
                    "severity": i.severity,
                    "file": i.file,
                    "line": i.line,
                    "column": i.column,
                    "value": i.value,
                    "code": i.code,
                    "reason": i.reason,
                    "hint": i.hint,
                }
                for i in page.issues
            ]
            body = {
                "job": job.pk,
                "state": job.state,
                "counts": job.counts,
                "issues": found,
                "issues_total": page.total,
            }
            self.stdout.write(json.dumps(body, ensure_ascii=False, indent=2))
            return
        for issue in page.issues:
            place = ":".join(filter(None, [issue.file, str(issue.line or ""), issue.column]))
            self.stdout.write(f"{issue.severity}  {place}  {issue.value!r}  {issue.reason} {issue.hint}")
        if page.total > len(page.issues):
            self.stdout.write(_("… and %(more)s more.") % {"more": page.total - len(page.issues)})
        table = Table(title=f"{_('Import')} {job.pk}: {job.get_state_display()}")
        for name in ("", "created", "changed", "unchanged", "refused"):
            table.add_column(name, justify="right" if name else "left")
        for kind, numbers in job.counts.items():
            table.add_row(kind, *(str(numbers[key]) for key in ("created", "changed", "unchanged", "refused")))
        out.print(table)


def _reporter(bar: Bar) -> Progress:
    tasks: dict[str, Any] = {}

    def report(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage, total=total)
        bar.update(tasks[stage], completed=done, total=total)

    return report
