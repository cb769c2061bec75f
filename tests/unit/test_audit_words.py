"""Every action people take on an order, and on what belongs to it, has words in the order's time line."""

import re
from pathlib import Path

from apps.backoffice.audit_words import ACTIONS, action_words

ORDERS = Path(__file__).resolve().parents[2] / "apps" / "orders"
NAMED = re.compile(r'action="((?:order|payment|fulfilment|return)\.\w+)"')


def test_every_action_on_an_order_has_words_and_no_word_is_left_over():
    found = {name for path in ORDERS.rglob("*.py") for name in NAMED.findall(path.read_text())}
    assert found == set(ACTIONS)


def test_unknown_action_is_shown_as_it_is():
    assert action_words(action="order.invented") == "order.invented"
