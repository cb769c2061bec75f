"""Django's entry for the orders app, which carries Oscar's label `order`."""

from django.utils.translation import gettext_lazy as _
from oscar.core.application import OscarConfig


class OrdersConfig(OscarConfig):
    """Oscar finds classes by label and modules by name; its own views stay out."""

    name = "apps.orders"
    label = "order"
    verbose_name = _("Orders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the DAM which files orders name."""
        super().ready()
        from apps.media import cleaning
        from apps.orders import picture_use

        cleaning.register_name_source(name="orders", source=picture_use.files)
