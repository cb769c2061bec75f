"""Choose among candidates: pure, and independent of the order they come in."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from apps.catalog.pricing.types import Candidate, Judged, Lost
from apps.core.money import Rounding, from_minor, gross_to_net, net_to_gross
from apps.markets.context import MarketInfo

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def judge(
    *,
    candidates: Iterable[Candidate],
    market: MarketInfo,
    tax_percent: Mapping[str, Decimal],
    quantity: int,
    at: datetime,
    customer_group: str,
) -> tuple[Judged, ...]:
    """
    Give each candidate of one product its verdict, winner first, then by how far they came.

    Within a list the largest quantity break that is reached applies, of several entries for it the one that began
    last. Between lists: highest precedence, then lowest amount as shown, then lowest entry id. A total order.
    """
    out: list[Judged] = []
    by_list: dict[int, list[tuple[Candidate, int]]] = {}
    for candidate in candidates:
        reason = _not_applicable(candidate, market=market, quantity=quantity, at=at, customer_group=customer_group)
        percent = tax_percent.get(candidate.tax_class)
        if reason is None and percent is None:
            reason = Lost.TAX
        if reason is not None or percent is None:
            out.append(Judged(candidate, None, reason))
            continue
        shown = shown_minor(candidate=candidate, market=market, percent=percent)
        by_list.setdefault(candidate.list_id, []).append((candidate, shown))
    finalists = []
    for entries in by_list.values():
        entries.sort(key=_within_list)
        best = entries[0]
        finalists.append(best)
        out.extend(
            Judged(entry, shown, Lost.SMALLER_BREAK if entry.min_quantity < best[0].min_quantity else Lost.REPLACED)
            for entry, shown in entries[1:]
        )
    finalists.sort(key=_between_lists)
    ranked = [
        Judged(entry, shown, None if index == 0 else _why_second(entry, shown, finalists[0]))
        for index, (entry, shown) in enumerate(finalists)
    ]
    out.sort(key=lambda judged: judged.candidate.price_id)
    return (*ranked, *out)


def shown_minor(*, candidate: Candidate, market: MarketInfo, percent: Decimal) -> int:
    """Return the candidate's amount as the market shows it: with or without tax, rounded by the market's policy."""
    if candidate.includes_tax == market.prices_include_tax:
        return candidate.amount_minor
    amount = from_minor(candidate.amount_minor, candidate.currency)
    rounding = Rounding(level=market.rounding_level, mode=market.rounding_mode)  # type: ignore[arg-type] # its texts
    rate = percent / 100
    if candidate.includes_tax:
        return gross_to_net(gross=amount, rate=rate, rounding=rounding).net.minor
    return net_to_gross(net=amount, rate=rate, rounding=rounding).gross.minor


def _not_applicable(
    candidate: Candidate, *, market: MarketInfo, quantity: int, at: datetime, customer_group: str
) -> Lost | None:
    checks = (
        (Lost.INACTIVE, not candidate.is_active),
        (Lost.OTHER_GROUP, candidate.customer_group not in ("", customer_group)),
        (Lost.CURRENCY, candidate.currency != market.currency),
        (Lost.NOT_YET, any(start and at < start for start in (candidate.list_from, candidate.price_from))),
        (Lost.OVER, any(end and at >= end for end in (candidate.list_to, candidate.price_to))),
        (Lost.QUANTITY, quantity < candidate.min_quantity),
    )
    return next((reason for reason, applies in checks if applies), None)


def _within_list(entry: tuple[Candidate, int]) -> tuple[int, float, int, int]:
    candidate, shown = entry
    began = (candidate.price_from or _LONG_AGO) - _LONG_AGO
    return (-candidate.min_quantity, -began.total_seconds(), shown, candidate.price_id)


def _between_lists(entry: tuple[Candidate, int]) -> tuple[int, int, int]:
    candidate, shown = entry
    return (-candidate.precedence, shown, candidate.price_id)


def _why_second(candidate: Candidate, shown: int, winner: tuple[Candidate, int]) -> Lost:
    if candidate.precedence < winner[0].precedence:
        return Lost.PRECEDENCE
    return Lost.AMOUNT if shown > winner[1] else Lost.ID
