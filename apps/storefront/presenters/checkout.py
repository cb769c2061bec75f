"""The steps of the checkout in the words of the shop."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.core.money import Money
from apps.markets.context import Shop
from apps.markets.enums import CapturePolicy
from apps.orders.basket.data import PricedBasket
from apps.orders.delivery import AT, DeliveryOption
from apps.orders.payments.words import payment_label
from apps.orders.returns.words import withdrawal_words
from apps.storefront import pages, words
from apps.storefront.checkout_state import CheckoutState
from apps.storefront.contexts import (
    CheckoutView,
    CreditStep,
    DeliveryStep,
    DetailsStep,
    FieldView,
    Link,
    ProblemView,
    RadioCard,
    RecapBlock,
    ReviewStep,
    Step,
)
from apps.storefront.forms import address
from apps.storefront.frame import country_name
from apps.storefront.presenters import basket as baskets

# The first facts of each product in the basket, as (name, value).
Features = Mapping[int, tuple[tuple[str, str], ...]]
AGE = "age"
"""The name of the box that confirms an age."""
STEPS = ("checkout", "checkout_delivery", "checkout_review")


def view(
    *,
    shop: Shop,
    basket: PricedBasket,
    current: str,
    problems: tuple[ProblemView, ...] = (),
    kept_until: datetime | None = None,
) -> CheckoutView:
    """What every step has. kept_until: until when the goods are kept for this checkout."""
    labels = {
        "checkout": _("Your details"),
        "checkout_delivery": _("Delivery"),
        "checkout_review": _("Payment and order"),
    }
    place = STEPS.index(current)
    steps = tuple(
        Step(
            label=labels[name],
            state="done" if number < place else "current" if number == place else "ahead",
            url=reverse(name) if number < place else "",
        )
        for number, name in enumerate(STEPS)
    )
    before = Link(label=_("Back to the basket"), url=reverse("basket"))
    return CheckoutView(
        steps=steps,
        action_url=reverse("checkout_place" if current == "checkout_review" else current),
        summary=baskets.summary(shop=shop, basket=basket),
        problems=problems,
        kept_text=_("We keep these goods for you until %(time)s.") % {"time": words.hour(shop=shop, at=kept_until)}
        if kept_until
        else "",
        back=Link(label=labels[STEPS[place - 1]], url=reverse(STEPS[place - 1])) if place else before,
    )


def details_step(*, shop: Shop, errors: Mapping[str, str], signed_in_as: str, details: address.Details) -> DetailsStep:
    """Contact and address; a guest comes first, signing in is a link."""
    sign_in = None
    if not signed_in_as:
        target = f"{reverse('account_login')}?next={reverse('checkout')}"
        sign_in = Link(label=_("Sign in if you have an account"), url=target)
    return DetailsStep(
        contact=address.contact_fields(details=details, errors=errors),
        address=address.fields(details=details, errors=errors, country=shop.market.country),
        country_text=_("Delivery within %(country)s") % {"country": country_name(code=shop.market.country)},
        sign_in=sign_in,
        signed_in_as=signed_in_as,
    )


def delivery_step(*, shop: Shop, basket: PricedBasket, stores: Sequence[DeliveryOption], error: str) -> DeliveryStep:
    """Ways of delivery with price and date, the first one chosen, and the stores that have everything."""
    chosen = basket.delivery.code if basket.delivery else ""
    sent = (option for option in basket.delivery_options if option.store is None)
    return DeliveryStep(
        methods=tuple(_card(shop, option, chosen=chosen) for option in sent),
        stores=tuple(_card(shop, option, chosen=chosen) for option in stores),
        error=error,
    )


def _card(shop: Shop, option: DeliveryOption, *, chosen: str) -> RadioCard:
    text = _when(shop, option)
    if option.store is not None:
        text = "\u00a0· ".join((*option.store.lines[1:], text))
    return RadioCard(
        id=f"delivery-{option.code.replace(AT, '-')}",
        name="delivery",
        value=option.code,
        title=option.store.name if option.store else option.label,
        text=text,
        price_text=words.money(shop=shop, amount=option.price) if option.price else _("Free"),
        is_chosen=option.code == chosen and option.fits,
        is_off=not option.fits,
        icon="truck",
    )


def _when(shop: Shop, option: DeliveryOption) -> str:
    """When the goods arrive this way or can be collected, or that they cannot."""
    if option.store is not None:
        if not option.fits:
            return _("This store no longer has all of these goods.")
        return words.ready(shop=shop, on=option.promise.latest)
    if not option.fits:
        return _("These goods cannot be sent to your address this way.")
    return words.between(shop=shop, earliest=option.promise.earliest, latest=option.promise.latest)


def review_step(
    *,
    shop: Shop,
    basket: PricedBasket,
    state: CheckoutState,
    methods: tuple[str, ...],
    features: Features,
    credit: CreditStep,
    due: Money,
) -> ReviewStep:
    """Recap, payment and the order button with the words the law of the market asks for. due: what a method pays."""
    chosen = state.payment_method if state.payment_method in methods else methods[0] if methods else ""
    texts = {
        "card": _("On the secure page of our payment provider."),
        "bank_transfer": _("We send the goods when your transfer has arrived."),
        "demo": _("A page that plays a bank: approve or decline as you like."),
    }
    if shop.market.capture == CapturePolicy.AT_SHIPMENT:
        later = _("You are charged when your goods leave.")
        texts |= {code: f"{texts[code]} {later}" for code in ("card", "demo")}
    cards = tuple(
        RadioCard(
            id=f"payment-{code}",
            name="payment",
            value=code,
            title=payment_label(code=code),
            text=texts.get(code, ""),
            is_chosen=code == chosen,
            icon="bank" if code == "bank_transfer" else "card",
        )
        for code in methods
    )
    return ReviewStep(
        methods=cards if due else (),
        credit=credit,
        blocks=(*recap(shop=shop, basket=basket, state=state), goods(shop=shop, basket=basket, features=features)),
        order_button=order_button(),
        total_text=words.money(shop=shop, amount=basket.total),
        tax_text=_("including %(tax)s VAT") % {"tax": words.money(shop=shop, amount=basket.totals.tax)},
        confirmed_total=f"{basket.total.amount} {basket.total.currency}",
        confirmed_due=f"{due.amount} {due.currency}",
        confirmed_latest=basket.delivery.promise.latest.isoformat() if basket.delivery else "",
        idempotency_key=state.attempt,
        legal=legal_sentences(shop=shop),
        age=_age(basket.minimum_age) if basket.minimum_age else None,
        age_told=str(basket.minimum_age or ""),
    )


def _age(years: int) -> FieldView:
    """The box a shopper ticks where goods are sold from an age on."""
    return FieldView(
        id="id_age",
        name=AGE,
        label=_("I am at least %(age)s years old.") % {"age": years},
        kind="checkbox",
        is_required=True,
    )


def order_button() -> str:
    """The words on the button; only they make the contract (C. conso L221-14, BGB § 312j, Directive 2011/83 art. 8)."""
    return pgettext("legal button", "Order with obligation to pay")


def recap(*, shop: Shop, basket: PricedBasket, state: CheckoutState) -> tuple[RecapBlock, ...]:
    """What was answered before, each with the way to change it."""
    details = state.details
    blocks = [
        RecapBlock(
            title=_("Contact"),
            lines=tuple(line for line in (details.email, details.phone) if line),
            change=Link(label=_("Change contact"), url=reverse("checkout")),
        ),
        RecapBlock(
            title=_("Billing address") if basket.delivery and basket.delivery.store else _("Delivery address"),
            lines=(*details.lines(), country_name(code=details.country)),
            change=Link(label=_("Change address"), url=reverse("checkout")),
        ),
    ]
    if basket.delivery is not None:
        option = basket.delivery
        parcels = words.parcels(shop=shop, promise=option.promise) if option.fits else ()
        blocks.append(
            RecapBlock(
                title=_("Delivery"),
                lines=(option.label, *(option.store.lines if option.store else ()), _when(shop, option), *parcels),
                change=Link(label=_("Change delivery"), url=reverse("checkout_delivery")),
            )
        )
    return tuple(blocks)


def goods(*, shop: Shop, basket: PricedBasket, features: Features) -> RecapBlock:
    """What is ordered, with its main features: told right above the button (C. conso L221-14, BGB § 312j)."""
    lines: list[str] = []
    for line in basket.lines:
        amount = words.money(shop=shop, amount=line.totals.shown) if line.totals else ""
        lines.append(f"{line.quantity} × {line.name}\u00a0· {amount}")
        known = features.get(line.product_id, ())
        told = (_("%(name)s: %(value)s") % {"name": name, "value": value} for name, value in known)
        if facts := "\u00a0· ".join(told):
            lines.append(facts)
        lines += [f"{part.totals.quantity} × {part.name}" for part in line.components]
        told_of = [("", line.withdrawal_exception)] if not line.components else []
        told_of += [(f"{part.name}: ", part.withdrawal_exception) for part in line.components]
        lines += [f"{of}{excepted}" for of, code in told_of if (excepted := withdrawal_words(exception=code))]
    return RecapBlock(
        title=_("Goods"), lines=tuple(lines), change=Link(label=_("Change the basket"), url=reverse("basket"))
    )


def legal_sentences(*, shop: Shop) -> tuple[SafeString, ...]:
    """Terms, withdrawal and privacy, each linked to the text in force."""
    found = {code: link.url for code, link in pages.links(shop=shop).items()} | {"withdrawal": reverse("withdraw")}
    sentences = {
        "terms": _("Our <a>terms of sale</a> apply to this order."),
        "withdrawal": _("You may <a>withdraw from the contract</a> within %(days)s days of receiving the goods.")
        % {"days": shop.market.withdrawal_days},
        "privacy": _("How we use your data is in our <a>privacy notice</a>."),
    }
    return tuple(_linked(text, found[code]) for code, text in sentences.items() if code in found)


def _linked(text: str, url: str) -> SafeString:
    before, _open, rest = text.partition("<a>")
    label, _close, after = rest.partition("</a>")
    return format_html('{}<a href="{}">{}</a>{}', before, url, label, after)
