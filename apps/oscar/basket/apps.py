"""Django's entry for the basket app, which carries Oscar's label `basket`."""

from django.utils.translation import gettext_lazy as _
from oscar.core.application import OscarConfig


class BasketConfig(OscarConfig):
    """Oscar finds classes by label and modules by name; its own views stay out."""

    name = "apps.oscar.basket"
    label = "basket"
    verbose_name = _("Basket")
    default_auto_field = "django.db.models.BigAutoField"
