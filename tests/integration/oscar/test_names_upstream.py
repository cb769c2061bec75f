"""What docs/oscar.md says we replace still exists upstream: an upgrade must not move it unseen."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest
from django.conf import settings

OSCAR = Path(importlib.util.find_spec("oscar").origin).parent
# Name in the document → module upstream and the dotted name in it. Read as source: importing would install the apps.
PLACES = {
    "StockRecord.allocate": ("apps/partner/abstract_models.py", "AbstractStockRecord.allocate"),
    "consume_allocation": ("apps/partner/abstract_models.py", "AbstractStockRecord.consume_allocation"),
    "cancel_allocation": ("apps/partner/abstract_models.py", "AbstractStockRecord.cancel_allocation"),
    "OrderCreator.place_order": ("apps/order/utils.py", "OrderCreator.place_order"),
    "OrderNumberGenerator": ("apps/order/utils.py", "OrderNumberGenerator"),
    "ConditionalOffer.record_usage": ("apps/offer/abstract_models.py", "AbstractConditionalOffer.record_usage"),
    "payment.Source": ("apps/payment/abstract_models.py", "AbstractSource"),
    "order_placed": ("apps/order/signals.py", "order_placed"),
    "catalogue": ("apps/catalogue/views.py", "ProductDetailView"),
}
DOCUMENT = Path(settings.BASE_DIR) / "docs" / "oscar.md"


def _named_in_document():
    rows = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("|") and "---" not in line][1:]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def _names_of(path):
    found = set()
    for node in ast.parse((OSCAR / path).read_text()).body:
        if isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
            found |= {
                f"{node.name}.{inner.name}" for inner in getattr(node, "body", []) if isinstance(inner, ast.FunctionDef)
            }
    return found


def test_every_name_in_the_document_has_a_place_upstream_in_this_test():
    assert sorted(_named_in_document()) == sorted(PLACES)


@pytest.mark.parametrize("name", sorted(PLACES))
def test_name_still_exists_upstream(name):
    path, dotted = PLACES[name]
    assert dotted in _names_of(path)


def test_what_we_replace_is_not_installed():
    installed = set(settings.INSTALLED_APPS)
    for replaced in ("oscar", "oscar.apps.payment.apps.PaymentConfig", "oscar.apps.dashboard.apps.DashboardConfig"):
        assert replaced not in installed
    assert not [name for name in settings.MIDDLEWARE if name.startswith("oscar.")]
