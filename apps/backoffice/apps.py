"""Django's entry for the backoffice app."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class BackofficeConfig(AppConfig):
    name = "apps.backoffice"
    label = "backoffice"
    verbose_name = _("Back office")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the admins of the project's own apps only; Oscar's would show tables the shop does not use."""
        for config in apps.get_app_configs():
            if config.name.startswith("apps.") and find_spec(f"{config.name}.admin"):
                import_module(f"{config.name}.admin")
        from apps.backoffice.scoping import scoped
        from apps.core.admin import register_limit

        register_limit(scoped)
