"""The withdrawal function as a shopper uses it: without an account, without JavaScript, in two steps."""

import re

import pytest
from django.core import mail as outgoing
from django.test import Client

from apps.core.testing import drain_outbox
from apps.orders.models import Return
from tests.factories.markets import make_market
from tests.html_rules import mistakes
from tests.integration.returns.helpers import ARRIVED, BACK, arrived, line_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr("apps.core.clock.now", lambda: BACK)
    return Client(HTTP_HOST="halles.localhost", enforce_csrf_checks=True)


def fields(page):
    """What the page's last form would send as it stands."""
    form = page[page.rindex("<form") :]
    form = form[: form.index("</form>")]
    told = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]* value="([^"]*)"', form))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form):
        told[name] = re.search(r'<option value="(\w*)" selected', options)[1]
    return told


def read(response, status=200):
    assert response.status_code == status, response.content[:400]
    page = response.content.decode()
    assert mistakes(page) == []
    return page


def address(waiting):
    return f"/fr-fr/withdraw/{waiting.token}/"


def test_guest_withdraws_from_part_of_an_order_in_two_steps(visitor):
    waiting = arrived()
    page = read(visitor.get("/fr-fr/withdraw/"))
    found = visitor.post(
        "/fr-fr/withdraw/", {**fields(page), "number": waiting.number.lower(), "email": "DEMO@example.com"}
    )
    assert found.headers["Location"] == address(waiting)
    page = read(visitor.get(address(waiting)))
    told = fields(page)
    assert told["email"] == "demo@example.com"
    assert told["name"] == "Demo Shopper"
    assert told[f"units-{line_of(waiting).pk}"] == "2"
    page = read(visitor.post(address(waiting), {**told, f"units-{line_of(waiting).pk}": "1"}))
    assert "1 × Bouilloire" in page
    assert "Confirmer la rétractation</button>" in page
    assert not Return.objects.exists()

    said = fields(page)
    answers = [visitor.post(address(waiting), said) for _ in range(2)]
    assert {answer.headers["Location"] for answer in answers} == {f"/fr-fr/orders/{waiting.token}/"}
    assert Return.objects.get().lines.get().quantity == 1
    drain_outbox(at=BACK)
    assert outgoing.outbox[-1].subject == f"Nous avons reçu votre rétractation de la commande {waiting.number}"
    tracking = read(visitor.get(answers[0].headers["Location"]))
    assert f"{waiting.number}-R1 · Marchandise attendue" in tracking
    assert "Vous pouvez vous rétracter jusqu’au" in tracking


def test_wrong_pair_is_answered_alike_and_keeps_what_was_typed(visitor):
    waiting = arrived()
    page = read(visitor.get("/fr-fr/withdraw/"))
    pairs = [(waiting.number, "other@example.com"), ("HFR-AAAAAAAA-2", "demo@example.com"), ("x\x00", "")]
    for number, email in pairs:
        refused = read(visitor.post("/fr-fr/withdraw/", {**fields(page), "number": number, "email": email}), 422)
        assert "Aucune commande de cette boutique" in refused
    assert waiting.number in read(
        visitor.post("/fr-fr/withdraw/", {**fields(page), "number": waiting.number, "email": "a@b.example"}), 422
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": ""}, "prénom et"),
        ({"email": "nobody"}, "adresse e-mail"),
        ({"units": "0"}, "au moins un article"),
        ({"units": "²"}, "au moins un article"),
        ({"units": "-1"}, "au moins un article"),
        ({"units": "9999999999"}, "au moins un article"),
        ({"units": "99", "confirm": "1"}, "2 peuvent encore"),
    ],
)
def test_refused_statement_says_what_to_change_and_writes_nothing(visitor, changes, told):
    waiting = arrived()
    said = fields(read(visitor.get(address(waiting))))
    if "units" in changes:
        said[f"units-{line_of(waiting).pk}"] = changes.pop("units")
    page = read(visitor.post(address(waiting), said | changes), 422)
    assert told in page
    assert not Return.objects.exists()


def test_page_after_the_last_day_names_it_and_offers_no_form(visitor, monkeypatch):
    waiting = arrived()
    monkeypatch.setattr("apps.core.clock.now", lambda: ARRIVED.replace(month=12, day=28))
    page = read(visitor.get(address(waiting)))
    assert "a pris fin le 4 décembre 2026" in page
    assert "units-" not in page
    assert (
        "Renoncer au contrat ici"
        not in read(visitor.get(f"/fr-fr/orders/{waiting.token}/")).split("<main")[1].split("</main")[0]
    )


def test_link_of_an_order_opens_nothing_in_another_market_or_when_forged(visitor):
    waiting = arrived()
    make_market(country="BE")
    assert visitor.get(f"/fr-be/withdraw/{waiting.token}/").status_code == 404
    assert visitor.get(f"/fr-fr/withdraw/{waiting.number}~x/").status_code == 404


def test_statement_in_a_name_is_shown_as_text(visitor):
    waiting = arrived()
    said = fields(read(visitor.get(address(waiting)))) | {"name": "<script>alert(1)</script>"}
    page = read(visitor.post(address(waiting), said))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
