"""News the storefront's own pages cause."""

from apps.core import outbox
from apps.markets import queries as markets
from apps.orders.enums import MailKind
from apps.orders.mail import operations as mail


@outbox.handler(topic="storefront.message_written", name="storefront.mail_message", atomic=False)
def mail_message(delivery: outbox.Delivery) -> None:
    """Hand a shopper's message to the brand's people. Plain text: nothing in it is ever rendered."""
    said = delivery.payload
    shop = markets.shop_for_market(market_code=said["market"], language=said["language"])
    note = mail.Note(
        event_id=delivery.event_id,
        kind=MailKind.MESSAGE,
        recipient=shop.brand.mail_from,
        sender=shop.brand.mail_from,
        language=shop.language,
        subject=f"{said['name']} ({shop.market.code})",
        text=said["message"],
        reply_to=said["email"],
    )
    mail.send_note(note=note, at=delivery.at, finish=lambda: outbox.finish(delivery=delivery))
