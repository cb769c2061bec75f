"""Django's entry for the accounts app, which carries Oscar's label `customer`."""

from django.utils.translation import gettext_lazy as _
from oscar.core.application import OscarConfig


class AccountsConfig(OscarConfig):
    """Oscar finds classes by label and modules by name; its own receivers and views stay out."""

    name = "apps.accounts"
    label = "customer"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"
