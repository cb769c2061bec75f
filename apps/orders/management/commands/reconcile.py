"""manage.py reconcile: ask the payment providers now, and say what differed."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import clock
from apps.orders.payments import operations


class Command(BaseCommand):
    help = "Ask payment providers about open payments, settle what they say, and report the differences."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the report as JSON.")
        parser.add_argument("--older-than", type=int, default=3, metavar="MINUTES", help="Leave younger ones alone.")

    def handle(self, *_args: str, **options: Any) -> None:
        report = operations.reconcile(at=clock.now(), older_than=timedelta(minutes=options["older_than"]))
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), indent=2))
        else:
            self._say(report)
        if report.unreachable:
            raise CommandError("Some providers did not answer: " + ", ".join(sorted(report.unreachable)))

    def _say(self, report: operations.Report) -> None:
        self.stdout.write(f"{len(report.lines)} payments asked about, {len(report.differences)} differences closed.")
        for line in report.differences:
            self.stdout.write(f"  {line.order_number} {line.gateway}: {line.before} -> {line.after} ({line.outcome})")
        for gateway, reason in report.unreachable.items():
            self.stderr.write(f"  {gateway} did not answer: {reason}")
