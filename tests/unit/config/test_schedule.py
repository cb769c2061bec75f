"""What beat sends and where tasks go: every name must be a task that exists, every queue one that workers listen to."""

import pytest

from apps.core.celery_conf import QUEUES
from config.celery import app

app.loader.import_default_modules()
ENTRIES = sorted(app.conf.beat_schedule.items())


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=[name for name, _ in ENTRIES])
def test_beat_sends_a_task_that_exists_to_a_queue_that_is_worked(name, entry):
    assert entry["task"] in app.tasks
    assert entry["options"]["queue"] in QUEUES
    assert entry["options"]["expires"] > 0, f"{name} piles up behind a stopped worker"


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("catalog.publish_everything", "night"),
        ("catalog.run_import", "soon"),
        ("catalog.apply_import", "soon"),
        ("catalog.publish_due", "soon"),
        ("core.outbox_deliver", "now"),
    ],
)
def test_task_goes_to_its_queue_when_the_caller_names_none(task, queue):
    assert task in app.tasks
    assert app.amqp.router.route({}, task)["queue"].name == queue
