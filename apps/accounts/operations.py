"""Writes of the accounts app."""

from datetime import datetime

from django.db import transaction

from apps.core import outbox
from apps.markets import context


@transaction.atomic
def queue_account_mail(*, to: str, subject: str, text: str, kind: str, at: datetime) -> None:
    """
    Have a mail about an account sent from the outbox: verification code, password reset, warning of a change.

    The text is final, in the reader's language. Asked twice it is sent twice: each is its own request.
    """
    shop = context.current_or_none()
    outbox.publish(
        topic="account.mail_wanted",
        key=f"account:{to}",
        payload={
            "to": to,
            "subject": " ".join(subject.split()),  # a header is one line
            "text": text,
            "kind": kind,
            "sender": shop.brand.mail_from if shop else "",
            "language": shop.language if shop else "en",
        },
        at=at,
    )
