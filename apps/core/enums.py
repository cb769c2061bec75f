"""States of an outbox delivery and the queues work is delivered on."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DeliveryState(models.TextChoices):
    """Where one handler's work on one event is."""

    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    DEAD = "dead", _("Given up")


class Queue(models.TextChoices):
    """How soon work is wanted: a shopper waits for it, a few minutes will do, or any time tonight."""

    NOW = "now", _("Now")
    SOON = "soon", _("Soon")
    NIGHT = "night", _("Night")


DELIVERY_MOVES: dict[str, frozenset[str]] = {
    DeliveryState.PENDING: frozenset({DeliveryState.RUNNING}),
    DeliveryState.RUNNING: frozenset({DeliveryState.DONE, DeliveryState.PENDING, DeliveryState.DEAD}),
    DeliveryState.DONE: frozenset(),
    # A person may give dead work another chance.
    DeliveryState.DEAD: frozenset({DeliveryState.PENDING}),
}
