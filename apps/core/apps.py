"""Django's entry for the core app."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules, import_string
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"
    verbose_name = _("Operations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Find every app's outbox handlers and invariants: who publishes must know who listens; load the task app."""
        autodiscover_modules("handlers", "invariants")
        # Sending a task needs the application with its broker, also in web processes and commands.
        import_string(settings.CELERY_APP).set_default()
