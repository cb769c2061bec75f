"""Django's entry for the catalog app, which carries Oscar's label `catalogue`."""

from django.utils.translation import gettext_lazy as _
from oscar.core.application import OscarConfig


class CatalogConfig(OscarConfig):
    """Oscar finds classes by label and modules by name; its own receivers and views stay out."""

    name = "apps.catalog"
    label = "catalogue"
    verbose_name = _("Catalogue")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the DAM, which stands below and may not ask, who shows its pictures."""
        super().ready()
        from apps.catalog import picture_use
        from apps.media import queries as media

        media.register_usage_source(name="catalogue", source=picture_use.uses)
