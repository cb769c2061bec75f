"""manage.py check_books: prove stock, orders, payments, mails and queues; exit 1 on any exception."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import books, clock

MOST_SHOWN = 20


class Command(BaseCommand):
    help = "Prove that the ledgers, orders, payments, mails and queues agree; list every exception."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the proof as JSON.")
        parser.add_argument("--only", action="append", default=[], metavar="NAME", help="Prove this one (repeatable).")
        parser.add_argument(
            "--keep", action="store_true", help="Keep the proof for the admin, as the nightly job does."
        )

    def handle(self, *_args: str, **options: Any) -> None:
        at = clock.now()
        if options["keep"] and options["only"]:
            raise CommandError("A proof that is kept is whole: leave out --only or --keep.")
        try:
            proof = books.prove_and_keep(at=at) if options["keep"] else books.prove(at=at, names=options["only"])
        except LookupError as unknown:
            known = ", ".join(each.name for each in books.invariants())
            raise CommandError(f"No invariant is called {unknown.args[0]}. There are {known}.") from None
        if options["json"]:
            self.stdout.write(json.dumps(proof.as_dict(), indent=2, ensure_ascii=False))
        else:
            self._say(proof)
        if not proof.is_clean:
            raise CommandError(f"{len(proof.broken)} of {len(proof.findings)} sentences do not hold.")

    def _say(self, proof: books.Proof) -> None:
        for finding in proof.findings:
            mark = self.style.ERROR("BROKEN") if finding.exceptions else self.style.SUCCESS("ok    ")
            self.stdout.write(f"{mark} {finding.invariant.name}: {finding.invariant.sentence}")
            for each in finding.exceptions[:MOST_SHOWN]:
                self.stdout.write(f"         {each.subject}: {each.detail}")
            if (left := len(finding.exceptions) - MOST_SHOWN) > 0:
                self.stdout.write(f"         and {left}{' or more' * finding.is_cut} others; --json shows them")
        if proof.is_clean:
            self.stdout.write(f"The books are right: {len(proof.findings)} sentences, {proof.seconds:.2f} s.")
