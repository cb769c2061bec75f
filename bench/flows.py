"""A guest who buys two products, in both shops, and the parts of that way that are measured by themselves."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from bench import assortment, http, machine
from bench.figures import median, percentile
from bench.ours.shop import SECRET
from bench.services import Server, Services

PREFIX = "/fr-fr"
WARM_GUESTS = 8
Flow = Callable[[http.Visitor, int], None]


@dataclass(frozen=True, slots=True)
class FlowFigures:
    """A flow alone: what one costs and takes. Together: eight guests at once."""

    requests: int
    cpu_ms: float
    postgres_ms: float
    statements: float
    p50_ms: float
    per_second: float | None = None
    slowest: tuple[tuple[str, float], ...] = ()

    def as_dict(self) -> dict[str, object]:
        """For the results file."""
        return {name: round(value, 2) if isinstance(value, float) else value for name, value in asdict(self).items()}


# What is a guest's own in an address: a product, an order.
_OWN = re.compile(r"/p/[^/]+|/catalogue/[^/]+|/add/\d+|/orders/[^/]+|/return/[^/]+")


# --- this project ----------------------------------------------------------------------------------


def our_add(visitor: http.Visitor, number: int) -> None:
    """Put one product into the basket."""
    visitor.post(f"{PREFIX}/basket/add/", {"product": str(number + 1), "quantity": "1"})


def our_checkout(visitor: http.Visitor, number: int) -> None:
    """The whole way of a guest: two products looked at and taken, three steps, paid at the demo bank, tracking page."""
    for each in (number, number + 1):
        visitor.get(f"{PREFIX}/p/{assortment.item(each).slug}/")
        our_add(visitor, each)
    visitor.get(f"{PREFIX}/basket/")
    bank = our_place(visitor, our_review(visitor))
    tracking = our_payment(visitor, *bank)
    visitor.get(tracking)


def our_review(visitor: http.Visitor) -> http.Answer:
    """From a filled basket to the page with the order button."""
    page = visitor.get(f"{PREFIX}/checkout/")
    answers = {
        "csrfmiddlewaretoken": page.token, "email": "guest@bench.example", "name": "Demo Guest",
        "street": "1 rue du Banc", "postcode": "69003", "city": "Lyon",
    }  # fmt: skip
    visitor.post(f"{PREFIX}/checkout/", answers)
    page = visitor.get(f"{PREFIX}/checkout/delivery/")
    visitor.post(f"{PREFIX}/checkout/delivery/", {"csrfmiddlewaretoken": page.token, "delivery": "standard"})
    return visitor.get(f"{PREFIX}/checkout/review/")


def our_order_form(review: http.Answer) -> dict[str, str]:
    """What the order button sends."""
    return {
        "csrfmiddlewaretoken": review.token,
        "idempotency_key": html.unescape(review.field("idempotency_key")),
        "confirmed_total": html.unescape(review.field("confirmed_total")),
        "payment": "demo",
    }


def our_place(visitor: http.Visitor, review: http.Answer) -> tuple[str, str]:
    """Press the order button; return the bank's page and the total."""
    form = our_order_form(review)
    placed = visitor.post(f"{PREFIX}/checkout/place/", form)
    return placed.headers["Location"], form["confirmed_total"]


def our_payment(visitor: http.Visitor, bank_page: str, total: str) -> str:
    """Notify the shop as the bank does, come back from its page, and return where the tracking page is."""
    reference = urlsplit(bank_page).path.rsplit("/", 2)[-2].partition("~")[0]
    key = reference.removeprefix("demo_")
    amount, _, currency = total.partition(" ")
    order_number = re.sub(r"^order-|-1$", "", key)
    event = {
        "id": f"evt_{reference}_approved",
        "kind": "payment.approved",
        "payment": {
            "reference": reference, "decision": "approved", "amount_minor": round(float(amount) * 100),
            "currency": currency, "order_number": order_number, "payment_key": key,
        },
    }  # fmt: skip
    body = json.dumps(event, sort_keys=True).encode()
    stamp = str(int(time.time()))
    secret = hashlib.sha256(b"demo-bank" + SECRET.encode()).digest()
    signature = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"demo-bank-signature": f"{stamp}.{signature}", "Content-Type": "application/json"}
    answer = visitor.post("/webhooks/demo/", body, expect=200, headers=headers)
    if b'"paid"' not in answer.body:
        raise http.UnexpectedAnswerError(f"the notice was answered {answer.text}")
    token = our_token(order_number)
    visitor.get(f"/payments/return/{token}/", expect=303)
    return f"{PREFIX}/orders/{token}/"


def our_token(order_number: str) -> str:
    """The signed name of an order's page, as the confirmation mail has it (apps/orders/tokens.py)."""
    from django.core.signing import Signer

    signer = Signer(key=SECRET, salt="halles.orders.tracking", fallback_keys=[])
    return signer.sign(order_number).replace(":", "~")


# --- stock django-oscar ----------------------------------------------------------------------------


def their_add(visitor: http.Visitor, number: int) -> None:
    """Put one product into the basket, with the token its cookie already holds."""
    token = visitor.cookies.get("csrftoken") or _their_product(visitor, number).token
    visitor.post(
        f"/basket/add/{number + 1}/",
        {"csrfmiddlewaretoken": token, "quantity": "1"},
        headers={"Referer": f"http://{visitor.host}/"},
    )


def their_checkout(visitor: http.Visitor, number: int) -> None:
    """The same way in a stock Oscar: its anonymous checkout without a payment provider."""
    for each in (number, number + 1):
        page = _their_product(visitor, each)
        visitor.post(f"/basket/add/{each + 1}/", {"csrfmiddlewaretoken": page.token, "quantity": "1"})
    visitor.get("/basket/")
    preview = their_preview(visitor)
    their_place(visitor, preview)
    visitor.get("/checkout/thank-you/")


def their_preview(visitor: http.Visitor) -> http.Answer:
    """From a filled basket to the preview with the order button."""
    page = visitor.get("/checkout/")
    visitor.post(
        "/checkout/",
        {"csrfmiddlewaretoken": page.token, "username": "guest@bench.example", "options": "anonymous", "password": ""},
    )
    page = visitor.get("/checkout/shipping-address/")
    visitor.post(
        "/checkout/shipping-address/",
        {
            "csrfmiddlewaretoken": page.token, "first_name": "Demo", "last_name": "Guest", "line1": "1 rue du Banc",
            "line4": "Lyon", "postcode": "69003",
        },
    )  # fmt: skip
    visitor.get("/checkout/shipping-method/", expect=302)
    visitor.get("/checkout/payment-method/", expect=302)
    visitor.get("/checkout/payment-details/")
    return visitor.get("/checkout/preview/")


def their_place(visitor: http.Visitor, preview: http.Answer) -> None:
    """Press the order button."""
    visitor.post("/checkout/preview/", {"csrfmiddlewaretoken": preview.token, "action": "place_order"})


def _their_product(visitor: http.Visitor, number: int) -> http.Answer:
    return visitor.get(f"/catalogue/{assortment.item(number).slug}_{number + 1}/")


@dataclass(frozen=True, slots=True)
class Ways:
    """One shop's ways through it."""

    database: str
    add: Flow
    basket: str
    checkout: Flow


OURS = Ways(database="ours", add=our_add, basket=f"{PREFIX}/basket/", checkout=our_checkout)
THEIRS = Ways(database="peer", add=their_add, basket="/basket/", checkout=their_checkout)


# --- measuring -------------------------------------------------------------------------------------


def measure_flow(
    *, server: Server, services: Services, database: str, flow: Flow, alone: int, together: int, products: int
) -> FlowFigures:
    """
    A whole flow by `alone` guests one after another, then by `together` guests, eight at once.

    Every guest is a new visitor, and buys other products than the one before.
    """
    numbers = [(guest * 17) % (products - 2) for guest in range(alone + together + WARM_GUESTS)]
    # Four guests at once, so that both workers have been through the whole flow.
    with ThreadPoolExecutor(max_workers=4) as pool:
        for done in [pool.submit(flow, http.Visitor(server.host), number) for number in numbers[:WARM_GUESTS]]:
            done.result()
    services.forget_statements()
    web, postgres = machine.cpu_ms(server.pid), services.postgres_ms()
    seconds, visitors = [], []
    for number in numbers[WARM_GUESTS : WARM_GUESTS + alone]:
        visitor = http.Visitor(server.host)
        started = time.perf_counter()
        flow(visitor, number)
        seconds.append(time.perf_counter() - started)
        visitors.append(visitor)
        visitor.close()
    web, postgres = machine.cpu_ms(server.pid) - web, services.postgres_ms() - postgres
    statements = services.statements(database=database)
    return FlowFigures(
        requests=visitors[-1].requests,
        cpu_ms=web / alone,
        postgres_ms=postgres / alone,
        statements=statements / alone,
        p50_ms=percentile(seconds, 0.5) * 1000,
        per_second=_together(server, flow, numbers[WARM_GUESTS + alone :]) if together else None,
        slowest=_slowest(visitors),
    )


def measure_adding(*, server: Server, services: Services, database: str, add: Flow, count: int) -> FlowFigures:
    """Adding a product to the basket of one guest, `count` times, each time another product."""
    visitor = http.Visitor(server.host)
    for number in range(3):
        add(visitor, number)
    visitor.steps.clear()
    services.forget_statements()
    web, postgres = machine.cpu_ms(server.pid), services.postgres_ms()
    for turn in range(count):
        add(visitor, turn % 3)
    web, postgres = machine.cpu_ms(server.pid) - web, services.postgres_ms() - postgres
    statements = services.statements(database=database)
    visitor.close()
    return FlowFigures(
        requests=1,
        cpu_ms=web / count,
        postgres_ms=postgres / count,
        statements=statements / count,
        p50_ms=percentile([seconds for _, seconds in visitor.steps], 0.5) * 1000,
    )


def measure_basket(
    *, server: Server, services: Services, database: str, add: Flow, path: str, count: int
) -> FlowFigures:
    """The basket page with two lines, `count` times."""
    visitor = http.Visitor(server.host)
    for number in (3, 4):
        add(visitor, number)
    visitor.get(path)
    visitor.get(path)
    visitor.steps.clear()
    services.forget_statements()
    web, postgres = machine.cpu_ms(server.pid), services.postgres_ms()
    for _ in range(count):
        visitor.get(path)
    web, postgres = machine.cpu_ms(server.pid) - web, services.postgres_ms() - postgres
    statements = services.statements(database=database)
    visitor.close()
    return FlowFigures(
        requests=1,
        cpu_ms=web / count,
        postgres_ms=postgres / count,
        statements=statements / count,
        p50_ms=percentile([seconds for _, seconds in visitor.steps], 0.5) * 1000,
    )


def _together(server: Server, flow: Flow, numbers: list[int]) -> float:
    def one(number: int) -> None:
        visitor = http.Visitor(server.host)
        flow(visitor, number)
        visitor.close()

    started = time.perf_counter()
    with ThreadPoolExecutor(max_workers=8) as pool:
        for done in [pool.submit(one, number) for number in numbers]:
            done.result()
    return len(numbers) / (time.perf_counter() - started)


def _slowest(visitors: list[http.Visitor]) -> tuple[tuple[str, float], ...]:
    """The steps of the flow by their median milliseconds, slowest first; numbers and tokens in addresses left out."""
    steps: dict[str, list[float]] = {}
    for visitor in visitors:
        for name, seconds in visitor.steps:
            plain = _OWN.sub(lambda found: found.group().rsplit("/", 1)[0], name)
            steps.setdefault(plain, []).append(seconds * 1000)
    return tuple(sorted(((name, round(median(each), 1)) for name, each in steps.items()), key=lambda s: -s[1])[:6])
