"""Print the demo's logins, for `make run`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.backoffice.seeding.people import LOGINS


class Command(BaseCommand):
    """One line per audience; nothing outside demo mode."""

    help = "Print the demo logins."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        if not settings.DEMO:
            return
        for login in LOGINS:
            self.stdout.write(f"{login.audience:<14} {login.email:<28} {login.password:<22} {login.enters_at}")
