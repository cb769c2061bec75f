"""The Celery application. Its values are in `apps.core.celery_conf`; the outbox stays the queue of record."""

import os

from celery import Celery

from config.logging import instrument_celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("halles")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
instrument_celery(app)
