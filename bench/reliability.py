"""docs/reliability.md, written from the rounds of a crash run."""

from __future__ import annotations

from collections import Counter
from typing import Any

HEAD = """# Reliability: what the crash run found

`python -m bench.crash --rounds {rounds} --write` starts two web processes, two workers, the scheduler and a logistics
partner on a PostgreSQL and a Valkey of their own. Guests buy goods and kits of them through HTTP and pay with shared
gift cards and at the demo bank (yes, no, later, notice lost, window closed), which sets the amount aside and charges
each parcel; staff ship, split, reject, change, cancel, deliver and take goods back at random, stores make orders
ready, hand them over or give them up, goods are added to orders, swapped and exchanged, deliveries are announced
while their shelves are empty, received in part, put off and called off, and authorisations come to their end.
Meanwhile one process after another gets `kill -9`, Valkey is flushed, PostgreSQL restarted, and the partner is away,
broken after the work, slow, silent, doubled or forged. What is asked of the database takes 20 or 100 ms longer. After
each round everything is started again and worked off, then read:

- every sentence of [the books](rules/books.md): stock ledger = levels, promises, capacities, order sums, histories,
  fulfilments, payments, refunds within what was captured, deadlines, mails, outbox;
- the bank's own record against our payments: what it charged, let go of and sent back;
- one confirmation, one cancellation, one expiry for each order; no stock below zero, none promised twice.

The partner keeps its orders in memory and forgets them when a round ends: parcels it had not shipped by then stay new,
and are what the alarm for late acknowledgement shows.

"""


def page(
    *, rounds: list[dict[str, Any]], counts: dict[str, int], parcels: dict[str, int], mails: tuple[int, int]
) -> str:
    """Return the page."""
    ways, bad, staff = (sum((each[name] for each in rounds), Counter()) for name in ("ways", "bad", "staff"))
    failed = [each for each in rounds if each["wrong"]]
    lines = [
        HEAD.format(rounds=len(rounds)),
        "## Counted\n",
        "| what | how often |\n|---|---|",
        f"| rounds (half with 20 ms, half with 100 ms) | {len(rounds)} |",
        f"| rounds after which something did not agree | {len(failed)} |",
        *(f"| guests: {name} | {count} |" for name, count in sorted(ways.items())),
        *(f"| disturbed: {name} | {count} |" for name, count in sorted(bad.items())),
        *(f"| staff: {name} | {count} |" for name, count in sorted(staff.items())),
        *(f"| orders in the end: {state} | {count} |" for state, count in counts.items()),
        *(f"| parcels at the logistics partner in the end: {state} | {count} |" for state, count in parcels.items()),
        f"| mails sent / handed over (more only after a kill) | {mails[0]} / {mails[1]} |",
        "",
    ]
    for number, each in enumerate(rounds, start=1):
        lines += [f"Round {number} did not agree: {text}" for text in each["wrong"]]
    return "\n".join(lines).rstrip() + "\n"
