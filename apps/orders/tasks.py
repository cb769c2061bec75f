"""What the clock reminds orders of. Each task asks the database what is due; a lost reminder changes nothing."""

import structlog
from celery import shared_task
from django.conf import settings

from apps.core import clock
from apps.core.errors import GatewayError
from apps.inventory.models import Location
from apps.orders import popularity
from apps.orders.collection import operations as collection
from apps.orders.fulfilment import arrivals
from apps.orders.holds import operations as holds
from apps.orders.logistics import operations as logistics
from apps.orders.payments import demo_bank, operations
from apps.orders.returns import waiting

logger = structlog.get_logger(__name__)


@shared_task(name="orders.reconcile_payments")
def reconcile_payments() -> None:
    """Ask providers about payments nobody told us the end of."""
    report = operations.reconcile_and_keep(at=clock.now())
    if report.differences or report.unreachable:
        logger.warning("payments_reconciled", **report.as_dict())


@shared_task(name="orders.expire_unpaid")
def expire_unpaid() -> None:
    """End orders whose time to pay is over."""
    report = operations.expire_unpaid(at=clock.now())
    if report.expired or report.extended or report.paid:
        logger.info("orders_expired", expired=report.expired, extended=report.extended, paid=report.paid)


@shared_task(name="orders.capture_before_end")
def capture_before_end() -> None:
    """Charge what was authorised before its authorisation ends."""
    asked = operations.capture_before_end(at=clock.now())
    if asked:
        logger.info("captured_before_the_end", orders=asked)


@shared_task(name="orders.end_holds")
def end_holds() -> None:
    """Give back what checkouts kept past their time."""
    ended = holds.end_due(at=clock.now())
    if ended:
        logger.info("holds_ended", ended=ended)


@shared_task(name="orders.source_waiting")
def source_waiting() -> None:
    """Look again for goods that wait for a location or do not come, and give up those whose time is over."""
    moved = arrivals.reroute_called_off(at=clock.now())
    if moved:
        logger.info("called_off_rerouted", fulfilments=moved)
    report = waiting.work_off(at=clock.now())
    if report.found or report.given_up or report.failed:
        logger.info("waiting_sourced", found=report.found, given_up=report.given_up, failed=report.failed)


@shared_task(name="orders.give_up_uncollected")
def give_up_uncollected() -> None:
    """Put back and pay back what was kept ready for its time and nobody fetched."""
    ended = collection.give_up_overdue(at=clock.now())
    if ended:
        logger.info("uncollected_given_up", fulfilments=ended)


@shared_task(name="orders.follow_partners")
def follow_partners() -> None:
    """Ask logistics partners about parcels they have been silent on."""
    report = logistics.follow_up(at=clock.now())
    if report.new or report.unreachable:
        logger.info("partners_asked", asked=report.asked, new=report.new, unreachable=report.unreachable)


@shared_task(name="orders.compare_partner_stock")
def compare_partner_stock() -> None:
    """Take over what logistics partners count at their locations."""
    for location_id in Location.objects.exclude(partner="").filter(is_active=True).values_list("pk", flat=True):
        try:
            found = logistics.compare_stock(location_id=location_id, at=clock.now())
        except GatewayError as error:
            logger.warning("partner_stock_not_compared", location=location_id, error=str(error))
            continue
        logger.info(
            "partner_stock_compared",
            location=location_id,
            changed=found.changed,
            promised=found.promised,
            unknown=len(found.unknown),
        )


@shared_task(name="orders.record_popularity")
def record_popularity() -> None:
    """Tell the catalogue what was bought lately, so that "most chosen" is true."""
    logger.info("popularity_recorded", changed=popularity.record_popularity(at=clock.now()))


@shared_task(name="orders.settle_demo_bank")
def settle_demo_bank() -> None:
    """Let the pretended bank settle what it delayed; in demo mode only."""
    if settings.DEMO:
        demo_bank.settle_due(at=clock.now())
