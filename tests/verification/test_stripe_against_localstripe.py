"""
The adapter's own calls against localstripe, where it has them: refunds, errors, signatures.

It has no checkout sessions and keeps no idempotency keys; there only the stand-in in `tests/fakes` speaks.
"""

import urllib.parse
import urllib.request
from datetime import UTC, datetime

import pytest

from apps.core.errors import Final, TryAgain
from apps.core.testing import wait_until
from apps.orders.payments.errors import ForgedNotice
from apps.orders.payments.gateways.stripe_checkout import StripeCheckout, verdict_of_intent

SECRET = "whsec_localstripe_0123456789"
pytestmark = pytest.mark.slow


@pytest.fixture
def gateway(localstripe):
    return StripeCheckout(api_base=localstripe, secret_key="sk_test_12345", webhook_secret=SECRET)


def paid_intent(gateway, *, card="4242424242424242", **changes):
    v1 = gateway.client.v1
    method = v1.payment_methods.create(
        {
            "type": "card",
            "card": {"number": card, "exp_month": "12", "exp_year": "2030", "cvc": "123"},
        }
    )
    intent = v1.payment_intents.create(
        {
            "amount": 2490,
            "currency": "eur",
            "payment_method": method.id,
            "payment_method_types": ["card"],
            **changes,
        }
    )
    return v1.payment_intents.confirm(intent.id)


def test_refund_of_an_intent_is_made(gateway):
    intent = paid_intent(gateway)
    refund = gateway.refund_intent(intent=intent.id, amount_minor=2490, key="k1")
    found = gateway.client.v1.refunds.retrieve(refund)
    assert (found.amount, found.payment_intent, found.status) == (2490, intent.id, "succeeded")


def test_refund_of_an_unknown_intent_is_final(gateway):
    with pytest.raises(Final):
        gateway.refund_intent(intent="pi_unknown", amount_minor=1, key="k")


def test_authorised_intent_is_read_charged_in_part_and_no_further(gateway):
    intent = paid_intent(gateway, capture_method="manual")
    said = verdict_of_intent(intent.to_dict())
    assert (said.answer, said.is_authorised, said.amount_minor, said.currency) == ("yes", True, 2490, "EUR")

    gateway.capture_intent(intent=intent.id, amount_minor=1490, is_last=True, key="c1")

    charged = verdict_of_intent(gateway.client.v1.payment_intents.retrieve(intent.id).to_dict())
    assert (charged.answer, charged.is_authorised) == ("yes", False)
    with pytest.raises(Final):
        gateway.capture_intent(intent=intent.id, amount_minor=1000, is_last=True, key="c2")


def test_cancelled_intent_is_a_no(gateway):
    intent = paid_intent(gateway, capture_method="manual")

    gateway.cancel_intent(intent=intent.id, key="v1")

    said = verdict_of_intent(gateway.client.v1.payment_intents.retrieve(intent.id).to_dict())
    assert (said.answer, said.refusal_code) == ("no", "authorisation_cancelled")


def test_server_without_sessions_is_never_read_as_a_no(gateway):
    with pytest.raises(TryAgain):
        gateway.fetch(reference="cs_unknown")


def test_server_that_is_away_may_answer_later():
    away = StripeCheckout(api_base="http://127.0.0.1:9", secret_key="sk_test_1", webhook_secret=SECRET)
    with pytest.raises(TryAgain):
        away.fetch(reference="cs_1")


def test_notice_signed_by_another_implementation_is_believed_and_a_changed_one_is_not(gateway, localstripe, receiver):
    url, received = receiver
    form = urllib.parse.urlencode({"url": url, "secret": SECRET, "events[]": "payment_intent.succeeded"}).encode()
    with urllib.request.urlopen(f"{localstripe}/_config/webhooks/test", data=form) as answer:
        assert answer.status == 200
    paid_intent(gateway)
    wait_until(lambda: bool(received))
    body, headers = received[0]
    notice = gateway.parse_notice(body=body, headers=headers, at=datetime.now(UTC))
    assert (notice.kind, notice.verdict) == ("payment_intent.succeeded", None)
    with pytest.raises(ForgedNotice):
        gateway.parse_notice(body=body.replace(b"2490", b"2491"), headers=headers, at=datetime.now(UTC))
