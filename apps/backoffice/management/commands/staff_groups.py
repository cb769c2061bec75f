"""Make the groups of staff, or bring them what a release added; part of every installation and upgrade."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.backoffice.operations import ensure_staff_groups


class Command(BaseCommand):
    """
    Run after `migrate`: Django makes the permissions of new screens at its end, so no migration can give them.

    Safe to repeat; what was given to a group by hand stays.
    """

    help = "Make the staff groups (merchandiser, order desk, operator) with their permissions. Run after migrate."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them and say how many permissions each has."""
        for group in ensure_staff_groups():
            self.stdout.write(f"{group.name}: {group.permissions.count()} permissions")
