"""
The clock's part in each room above the core: which task beat sends, how often, to which queue.

Beat only reminds. Each task asks the database what is due, so a reminder that is lost or doubled changes nothing.
"""

from typing import Any

from celery.schedules import crontab

# A task named exactly goes before a pattern; what stands nowhere goes to `now`.
ROUTES: dict[str, dict[str, str]] = {
    "catalog.publish_everything": {"queue": "night"},
    "catalog.*": {"queue": "soon"},
}

ROOMS: dict[str, dict[str, Any]] = {
    # Finds marks nobody was woken for, and prices whose dates have passed: both are visible within seconds.
    "catalog-sweep": {"task": "catalog.sweep", "schedule": 5.0, "options": {"queue": "soon", "expires": 5}},
    "catalog-publish-everything": {
        "task": "catalog.publish_everything",
        "schedule": crontab(hour="2", minute="20"),
        "options": {"queue": "night", "expires": 3600},
    },
    "orders-expire-unpaid": {
        "task": "orders.expire_unpaid",
        "schedule": 60.0,
        "options": {"queue": "soon", "expires": 60},
    },
    "orders-capture-before-end": {
        "task": "orders.capture_before_end",
        "schedule": 600.0,
        "options": {"queue": "soon", "expires": 600},
    },
    # Goods whose time is over are free again within five seconds.
    "orders-end-holds": {"task": "orders.end_holds", "schedule": 3.0, "options": {"queue": "now", "expires": 3}},
    "orders-reconcile-payments": {
        "task": "orders.reconcile_payments",
        "schedule": 120.0,
        "options": {"queue": "soon", "expires": 120},
    },
    "orders-source-waiting": {
        "task": "orders.source_waiting",
        "schedule": 300.0,
        "options": {"queue": "soon", "expires": 300},
    },
    "orders-give-up-uncollected": {
        "task": "orders.give_up_uncollected",
        "schedule": 60.0,
        "options": {"queue": "soon", "expires": 60},
    },
    "inventory-stop-late": {
        "task": "inventory.stop_late",
        "schedule": 600.0,
        "options": {"queue": "soon", "expires": 600},
    },
    "orders-follow-partners": {
        "task": "orders.follow_partners",
        "schedule": 120.0,
        "options": {"queue": "soon", "expires": 120},
    },
    "orders-compare-partner-stock": {
        "task": "orders.compare_partner_stock",
        "schedule": crontab(hour="2", minute="50"),
        "options": {"queue": "night", "expires": 3600},
    },
    # After the night's publication, which gives new rows their first score.
    "orders-record-popularity": {
        "task": "orders.record_popularity",
        "schedule": crontab(hour="3", minute="10"),
        "options": {"queue": "night", "expires": 3600},
    },
    "media-clean-files": {
        "task": "media.clean_files",
        "schedule": crontab(hour="3", minute="40"),
        "options": {"queue": "night", "expires": 3600},
    },
    "orders-settle-demo-bank": {
        "task": "orders.settle_demo_bank",
        "schedule": 15.0,
        "options": {"queue": "soon", "expires": 15},
    },
}
