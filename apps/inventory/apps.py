"""Django's entry for the inventory app, which carries Oscar's label `partner`."""

from django.utils.translation import gettext_lazy as _
from oscar.core.application import OscarConfig


class InventoryConfig(OscarConfig):
    """Oscar finds classes by label and modules by name; its own receivers and views stay out."""

    name = "apps.inventory"
    label = "partner"
    verbose_name = _("Inventory")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the catalogue, which stands below and may not ask, where to ask for stock."""
        super().ready()
        from apps.catalog import ports
        from apps.inventory import intake, queries

        ports.register_stock_source(queries.stock_facts)
        ports.register_stock_sink(intake.count_imported)
