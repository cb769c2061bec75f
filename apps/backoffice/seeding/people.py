"""The demo's logins: one per audience. They exist only where the demo was seeded."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from apps.backoffice.operations import ensure_staff_groups


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A demo person: plainly not a real one."""

    audience: str
    email: str
    password: str
    name: str
    group: str = ""
    is_superuser: bool = False
    enters_at: str = "/admin/"


LOGINS = (
    DemoLogin("shopper", "shopper@demo.example", "demo-shopper-1", "Demo Shopper", enters_at="/fr-fr/account/"),
    DemoLogin("merchandiser", "merchandiser@demo.example", "demo-merchandiser-1", "Demo Merchandiser", "merchandiser"),
    DemoLogin("order desk", "orders@demo.example", "demo-orders-1", "Demo Order Desk", "order desk"),
    DemoLogin("administrator", "admin@demo.example", "demo-admin-1", "Demo Administrator", is_superuser=True),
)


def seed_people() -> None:
    """Create the demo logins, or bring them back to what the README says. Repeatable."""
    ensure_staff_groups()
    users = get_user_model()
    for login in LOGINS:
        first, _space, last = login.name.partition(" ")
        staff = login.enters_at == "/admin/"
        user, _made = users.objects.update_or_create(
            email=login.email,
            defaults={
                "first_name": first,
                "last_name": last,
                "is_staff": staff,
                "is_superuser": login.is_superuser,
                "is_active": True,
            },
        )
        user.set_password(login.password)
        user.save(update_fields=["password"])
        if login.group:
            user.groups.set([Group.objects.get(name=login.group)])
        EmailAddress.objects.update_or_create(
            user=user, email=login.email, defaults={"verified": True, "primary": True}
        )
