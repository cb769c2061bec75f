"""
Celery's values, for `config/settings.py` to hand over as they are, and the core's part of the schedule.

Each value answers a failure seen in the field. The outbox, not Celery, keeps the promises.
"""

from typing import Any

from celery.schedules import crontab

QUEUES = ("now", "soon", "night")
VISIBILITY_S = 3600

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # A tick that waited longer than its interval is worth nothing: `expires` keeps a stopped worker's queue short.
    "core-beat-tick": {"task": "core.beat_tick", "schedule": 15.0, "options": {"queue": "now", "expires": 15}},
    **{
        f"core-outbox-sweep-{queue}": {
            "task": "core.outbox_sweep",
            "schedule": every_s,
            "args": [queue],
            "options": {"queue": queue, "expires": every_s},
        }
        for queue, every_s in (("now", 5.0), ("soon", 15.0), ("night", 300.0))
    },
    "core-outbox-reap": {"task": "core.outbox_reap", "schedule": 10.0, "options": {"queue": "now", "expires": 10}},
    "core-prove-books": {
        "task": "core.prove_books",
        "schedule": crontab(hour="4", minute="10"),
        "options": {"queue": "night", "expires": 3600},
    },
    "core-purge": {
        "task": "core.purge",
        "schedule": crontab(hour="3", minute="40"),
        "options": {"queue": "night", "expires": 3600},
    },
}

CELERY: dict[str, Any] = {
    # JSON only: a message is data, never code.
    "accept_content": ["json"],
    "task_serializer": "json",
    "result_serializer": "json",
    # Nobody reads results; what a task did is in PostgreSQL.
    "result_backend": None,
    "task_ignore_result": True,
    # Acknowledged when done, and given back when the worker process was killed.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    # A handler declares its own limit; these stand behind it.
    "task_soft_time_limit": 640,
    "task_time_limit": 670,
    "task_default_queue": "now",
    "task_create_missing_queues": True,
    "task_default_delivery_mode": "transient",
    # No ETA or countdown may exceed the visibility timeout, so there is none: due times live in the outbox.
    "broker_transport_options": {
        # The queues in the order a worker names them: nobody waits for a mail behind a night's pictures.
        "queue_order_strategy": "priority",
        "visibility_timeout": VISIBILITY_S,
        # A web process that tells the workers must not wait for a broker that is away.
        "socket_connect_timeout": 0.5,
        "socket_timeout": 5.0,
        "socket_keepalive": True,
        "health_check_interval": 30,
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.2,
    },
    "broker_connection_timeout": 1.0,
    # Workers, other than publishers, wait for the broker for as long as it takes.
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "task_publish_retry": False,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_max_tasks_per_child": 2000,
    "worker_hijack_root_logger": False,
    "worker_send_task_events": False,
    "task_track_started": False,
    "timezone": "UTC",
    "enable_utc": True,
    "beat_schedule": BEAT_SCHEDULE,
    "beat_max_loop_interval": 5,
}


def as_settings(
    *,
    broker_url: str,
    beat_schedule: dict[str, dict[str, Any]] | None = None,
    routes: dict[str, dict[str, str]] | None = None,
) -> dict[str, Any]:
    """
    Return all values as Django settings named CELERY_…, with other apps' schedules added to the core's.

    routes: task name, or a pattern of names, to {"queue": one of QUEUES}; a task without a route goes to `now`.
    """
    values = CELERY | {
        "broker_url": broker_url,
        "beat_schedule": BEAT_SCHEDULE | (beat_schedule or {}),
        "task_routes": routes or {},
    }
    return {f"CELERY_{name.upper()}": value for name, value in values.items()}
