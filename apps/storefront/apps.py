"""Django's entry for the storefront app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StorefrontConfig(AppConfig):
    name = "apps.storefront"
    label = "storefront"
    verbose_name = _("Storefront")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell orders, which stand below and may not ask, where the texts of a contract are."""
        from apps.orders import terms
        from apps.storefront import pages

        terms.register_source(pages.contract_texts)
