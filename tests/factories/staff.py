"""Staff who sign in to the back office."""

from django.contrib.auth.models import Group

from apps.accounts.models import User
from apps.backoffice.operations import ensure_staff_groups

PASSWORD = "demo-password-1"


def make_staff(*, email: str = "staff@example.com", group: str | None = None, superuser: bool = False) -> User:
    """Make a member of staff, of a group or above all of them."""
    user = User.objects.create_user(email=email, password=PASSWORD)
    user.is_staff, user.is_superuser = True, superuser
    user.save()
    if group:
        ensure_staff_groups()
        user.groups.add(Group.objects.get(name=group))
    return user
