"""The withdrawal function in the words of the shop (C. conso L221-21 and D221-5), and returns on the order's page."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.core import clock
from apps.core.money import from_minor
from apps.inventory.models import Location
from apps.markets.context import Shop
from apps.markets.enums import LEGAL_WITHDRAWAL_DAYS
from apps.orders import tokens
from apps.orders.enums import ReturnReason, ReturnState
from apps.orders.mail.returns import statement_lines
from apps.orders.models import Order, Refund, Return
from apps.orders.returns.queries import Choice, Right
from apps.orders.returns.unsent import NEVER_LEFT
from apps.storefront import words
from apps.storefront.contexts import ChoiceRow, FieldView, Link, ProblemView, ReturnView, WithdrawalPage
from apps.storefront.presenters.fields import email_field, name_field
from apps.storefront.presenters.pictures import picture_from


def unit_name(line_id: int) -> str:
    """The name of the field that says how many units of a line are given back."""
    return f"units-{line_id}"


def reason_name(line_id: int) -> str:
    """The name of the field that says why."""
    return f"reason-{line_id}"


HOW = "how"
"""The name of the field that says how the goods come back: BY_POST, or the id of the place."""
BY_POST = "post"
"""Not an empty value: a browser takes that for no answer and does not send the form."""


def choose_page(
    *,
    shop: Shop,
    order: Order,
    right: Right,
    said: Mapping[str, str],
    errors: Mapping[str, str],
    places: Sequence[Location] = (),
    problems: tuple[ProblemView, ...] = (),
) -> WithdrawalPage:
    """Step one: what is given back, who says so, where the receipt goes. places: where goods may be brought."""
    differs = len(set(right.days)) > 1
    return WithdrawalPage(
        number=order.number,
        action_url=_address(order),
        until_text=until_line(shop=shop, days=right.days, ends_at=right.ends_at),
        rows=tuple(_row(shop, choice, said, differs=differs) for choice in right.choices if choice.left),
        fields=_fields(said, errors),
        how=_how(shop, places, said) if places else None,
        problems=problems,
        button=pgettext("legal button", "Continue to confirmation"),
        back=Link(label=_("Back to the order"), url=reverse("order_tracking", args=[tokens.order_token(order.number)])),
    )


def confirm_page(
    *,
    shop: Shop,
    order: Order,
    right: Right,
    units: Mapping[int, int],
    said: Mapping[str, str],
    key: str,
    place: Location | None = None,
) -> WithdrawalPage:
    """Step two: the statement as it will be sent, and the one button that sends it. place: where it is brought."""
    chosen = [choice for choice in right.choices if units.get(choice.line.pk)]
    goods = [f"{units[choice.line.pk]} × {choice.line.title}" for choice in chosen]
    hidden = [(unit_name(choice.line.pk), str(units[choice.line.pk])) for choice in chosen]
    names = [reason_name(choice.line.pk) for choice in chosen]
    hidden += [(name, said[name]) for name in (*names, HOW) if said.get(name)]
    brought = (_("I bring the goods to: %(place)s") % {"place": place_line(place)},) if place else ()
    return WithdrawalPage(
        number=order.number,
        action_url=_address(order),
        until_text=until_line(shop=shop, days=right.days, ends_at=right.ends_at),
        statement=(
            _("I withdraw from the contract of order %(number)s for:") % {"number": order.number},
            *goods,
            *brought,
            _("Name: %(name)s") % {"name": said["name"]},
            _("Receipt to: %(email)s") % {"email": said["email"]},
        ),
        hidden=(*hidden, ("name", said["name"]), ("email", said["email"]), ("key", key), ("confirm", "1")),
        button=pgettext("legal button", "Confirm withdrawal"),
        back=Link(label=_("Change the statement"), url=_address(order)),
    )


def return_views(*, shop: Shop, returns: Sequence[Return]) -> tuple[ReturnView, ...]:
    """An order's returns, oldest first."""
    return tuple(
        ReturnView(
            number=row.number,
            state_text=str(ReturnState(row.state).label),
            lines=statement_lines(row=row),
            when_text=_("Withdrawal of %(when)s") % {"when": words.moment(shop=shop, at=row.declared_at)},
            next_lines=_next(shop, row),
            slip=_slip(row) if row.state == ReturnState.DECLARED else None,
            photos=_photos(row) if row.state == ReturnState.DECLARED else None,
        )
        for row in returns
    )


def until_line(*, shop: Shop, days: Collection[int], ends_at: datetime | None) -> str:
    """How long the shopper may withdraw. days: promised with each line; ends_at: of the longest, None till it runs."""
    is_one = len(set(days)) <= 1
    if ends_at is not None:
        day = {"day": _day(shop, ends_at)}
        if is_one:
            return _("You may withdraw until %(day)s.") % day
        return _("You may withdraw from the last of the goods until %(day)s.") % day
    least = {"days": min(days, default=LEGAL_WITHDRAWAL_DAYS)}
    if is_one:
        return _("You may withdraw now and until %(days)s days after you have received the last parcel.") % least
    return (
        _(
            "You may withdraw now and until %(days)s days after you have received the last parcel; from some goods"
            " longer."
        )
        % least
    )


def _next(shop: Shop, row: Return) -> tuple[str, ...]:
    refund = getattr(row, "refund", None)
    if row.state == ReturnState.DECLARED:
        by = words.day(shop=shop, on=row.send_back_by.astimezone(shop.market.time_zone).date())
        if row.drop_off is not None:
            names = {"day": by, "number": row.number}
            bring = _("Please bring the goods by %(day)s, with the number %(number)s, to:") % names
            return (bring, place_line(row.drop_off))
        return (
            _("Please send the goods by %(day)s, with the number %(number)s in the parcel, to:")
            % {"day": by, "number": row.number},
            f"{shop.seller.name}, {shop.seller.address_line}",
        )
    if refund is not None:
        return (_money(shop, row, refund),)
    if row.note == NEVER_LEFT:
        return (
            _("These goods are no longer sent, so there is nothing to send back. Their money is in another return."),
        )
    return (row.note,) if row.note else ()


def _money(shop: Shop, row: Return, refund: Refund) -> str:
    """What becomes of what the goods were worth."""
    tenders = refund.tenders.all()
    if all(tender.is_release for tender in tenders):
        return _("You are not charged for these goods.")
    rest = refund.amount_minor - sum(each.amount_minor for each in tenders if each.into_id)
    if not rest:
        return _("What they were worth paid for the goods you get for them.")
    amount = words.money(shop=shop, amount=from_minor(rest, refund.currency))
    if row.state == ReturnState.REFUNDED:
        return _("%(amount)s were sent back to you; banks take a few days.") % {"amount": amount}
    return _("%(amount)s are sent back to you.") % {"amount": amount}


def _slip(row: Return) -> Link:
    token = tokens.order_token(row.order.number)
    return Link(label=_("Return slip"), url=reverse("return_slip", args=[token, row.number]))


def _photos(row: Return) -> Link:
    token = tokens.order_token(row.order.number)
    return Link(label=_("Show us photos of it"), url=reverse("return_photos", args=[token, row.number]))


def place_line(place: Location) -> str:
    """A place where goods are brought, on one line."""
    town = f"{place.postcode} {place.city}".strip()
    return ", ".join(part for part in (place.name, place.street, town) if part)


def _how(shop: Shop, places: Sequence[Location], said: Mapping[str, str]) -> FieldView:
    """By post, or to one of our places."""
    post = _("By post, to %(address)s") % {"address": shop.seller.address_line}
    stores = ((str(place.pk), _("To our store: %(place)s") % {"place": place_line(place)}) for place in places)
    return FieldView(
        id="id_how",
        name=HOW,
        label=_("Your way"),
        value=said.get(HOW, BY_POST),
        kind="select",
        options=((BY_POST, post), *stores),
    )


def _address(order: Order) -> str:
    return reverse("withdraw_order", args=[tokens.order_token(order.number)])


def _day(shop: Shop, ends_at: datetime) -> str:
    return words.day(shop=shop, on=ends_at.astimezone(shop.market.time_zone).date())


def _hints(shop: Shop, choice: Choice, *, differs: bool) -> list[str]:
    """What holds for this line alone: its seal, and its own time where others have another."""
    found = [_("Only while its seal is unbroken.")] if choice.line.withdrawal_exception else []
    if differs and choice.ends_at is not None:
        found.append(_("Until %(day)s.") % {"day": _day(shop, choice.ends_at)})
    elif differs:
        found.append(_("Until %(days)s days after the last parcel.") % {"days": choice.line.withdrawal_days})
    return found


def _row(shop: Shop, choice: Choice, said: Mapping[str, str], *, differs: bool) -> ChoiceRow:
    name = unit_name(choice.line.pk)
    picture = picture_from(data=choice.line.picture, alt=choice.line.title)
    if choice.exception:
        return ChoiceRow(name=name, title=choice.line.title, picture=picture, field=None, exception=choice.exception)
    if choice.ends_at is not None and choice.is_over(at=clock.now()):
        over = _("the time ended on %(day)s") % {"day": _day(shop, choice.ends_at)}
        return ChoiceRow(name=name, title=choice.line.title, picture=picture, field=None, exception=over)
    options = (("0", _("none")), *((str(units), str(units)) for units in range(1, choice.left + 1)))
    return ChoiceRow(
        name=name,
        title=choice.line.title,
        picture=picture,
        hint=" ".join(_hints(shop, choice, differs=differs)),
        reason=_reason(choice, said),
        field=FieldView(
            id=f"id_{name}",
            name=name,
            label=ngettext("How many? You have %(left)s.", "How many of your %(left)s?", choice.left)
            % {"left": choice.left},
            value=said.get(name, str(choice.left)),
            kind="select",
            options=options,
        ),
    )


def _reason(choice: Choice, said: Mapping[str, str]) -> FieldView:
    name = reason_name(choice.line.pk)
    return FieldView(
        id=f"id_{name}",
        name=name,
        label=_("Why?"),
        value=said.get(name, ""),
        kind="select",
        is_required=False,
        options=(("", _("I prefer not to say")), *((value, str(label)) for value, label in ReturnReason.choices)),
    )


def _fields(said: Mapping[str, str], errors: Mapping[str, str]) -> tuple[FieldView, ...]:
    label = _("E-mail for the receipt")
    return (
        name_field(value=said["name"], error=errors.get("name", "")),
        email_field(value=said["email"], label=label, error=errors.get("email", "")),
    )
