"""manage.py doctor: is this installation fit to open? One line for each thing, exit 1 when one fails."""

import json
from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import clock
from config.doctor.lines import Line, State, fail
from config.doctor.services import examine_services
from config.doctor.shop import examine_shop


class Command(BaseCommand):
    help = "Look at everything an opening needs, and say what to do about what is wrong. Writes nothing."
    # The doctor reports what the checks find; it must not stop at them.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the list as JSON.")

    def handle(self, *_args: str, **options: Any) -> None:
        lines, can_ask = examine_services()
        if can_ask:
            lines += examine_shop(at=clock.now())
        else:
            lines.append(fail("shop", "not looked at", "Mend the database first, then run this again."))
        counts = Counter(line.state for line in lines)
        if options["json"]:
            body = {"ok": not counts[State.FAIL], "lines": [asdict(line) for line in lines]}
            self.stdout.write(json.dumps(body, indent=2, ensure_ascii=False))
        else:
            self._say(lines)
        if counts[State.FAIL]:
            raise CommandError(f"Not fit to open: {counts[State.FAIL]} of {len(lines)} lines fail.")
        if not options["json"]:
            self.stdout.write(f"Fit to open: {counts[State.OK]} ok, {counts[State.WARN]} to look at.")

    def _say(self, lines: list[Line]) -> None:
        paint = {State.OK: self.style.SUCCESS, State.WARN: self.style.WARNING, State.FAIL: self.style.ERROR}
        width = max(len(line.name) for line in lines)
        for line in lines:
            self.stdout.write(f"{paint[line.state](f'{line.state:<4}')}  {line.name:<{width}}  {line.detail}")
            if line.advice:
                self.stdout.write(f"{'':<{width + 8}}→ {line.advice}")
