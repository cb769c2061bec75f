"""What the papers say, in whose language, and who may have them."""

import hashlib
import re
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from apps.core.testing import drain_outbox
from apps.markets.models import LegalIdentity
from apps.markets.queries import forget_snapshot
from apps.orders.invoices import operations, paper, slips
from apps.orders.models import Fulfilment, Invoice, InvoiceFile, Order
from apps.orders.tokens import order_token
from tests.factories.network import MARAIS, fulfilment_at, make_network
from tests.factories.orders import make_address
from tests.factories.staff import make_staff
from tests.integration.invoices.test_issuing import LATER, ship
from tests.integration.returns.helpers import arrived, declare, inspect

pytestmark = pytest.mark.django_db


def text_of(content):
    """What a PDF says, page after page, its spaces made plain."""
    pages = PdfReader(BytesIO(content)).pages
    return "\n".join(page.extract_text() for page in pages).replace("\u00a0", " ")


def invoiced(**changes):
    waiting = arrived(quantity=2, **changes)
    return waiting, Invoice.objects.get(order_id=waiting.order_id)


def test_invoice_says_what_the_law_asks_for_in_the_orders_language():
    waiting, row = invoiced(address=make_address(last_name="Łukasz Ελένη"))

    told = text_of(operations.file_of(invoice_id=row.pk, at=LATER))

    for part in (
        "Facture DEMO-2026-000001", "Émise le 20 novembre 2026", "Numéro de TVA FR00000000000", "Łukasz Ελένη",
        waiting.number, "Bouilloire", "8,33 €", "20 %", "Total hors TVA", "20,75 €", "TVA 20 % sur 20,75 €", "4,15 €",
        "24,90 €", "Carte (banque de démonstration)",
    ):  # fmt: skip
        assert part in told, part


def test_file_is_archival_and_the_same_bytes_whoever_draws_it():
    _waiting, row = invoiced()
    kept = operations.file_of(invoice_id=row.pk, at=LATER)

    assert kept == paper.draw(invoice=row, lines=list(row.lines.order_by("position")))
    # Dated by the document, not by whoever's clock: drawn in another second it is the same.
    dates = set(re.findall(rb'xmp:(?:Create|Modify|Metadata)Date="([^"]+)"', kept))
    assert dates == {row.issued_at.isoformat(timespec="seconds").encode()}
    assert b"<pdfaid:part>3</pdfaid:part>" in kept
    assert InvoiceFile.objects.get().sha256 == hashlib.sha256(kept).hexdigest()


def test_seller_that_moves_later_changes_nothing_on_an_issued_invoice():
    _waiting, row = invoiced()
    LegalIdentity.objects.update(vat_id="FR99999999999", address="Elsewhere")
    forget_snapshot()
    Order.objects.get().shipping_address.__class__.objects.update(line1="Another street")

    told = text_of(operations.file_of(invoice_id=row.pk, at=LATER))

    assert "FR00000000000" in told
    assert "FR99999999999" not in told
    assert "Another street" not in told


def test_credit_note_names_the_invoice_and_the_return():
    waiting, row = invoiced()
    made = declare(waiting, units=1)
    inspect(made, sellable=1)
    note = Invoice.objects.get(kind="credit_note")

    told = text_of(operations.file_of(invoice_id=note.pk, at=LATER))

    for part in ("Avoir DEMO-C2026-000001", row.number, made.number, "10,00 €", "1,67 €"):
        assert part in told, part


def test_invoice_is_found_on_the_orders_page_and_handed_out_by_its_link(client):
    waiting, row = invoiced()
    url = f"{waiting.shop.prefix}orders/{waiting.token}/invoices/{row.number}.pdf"

    page = client.get(f"{waiting.shop.prefix}orders/{waiting.token}/").content.decode()
    answer = client.get(url)

    assert url in page
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200, "application/pdf", "private, no-store",
    )  # fmt: skip
    assert answer.content[:5] == b"%PDF-"


def test_link_of_one_order_opens_no_invoice_of_another(client):
    network = make_network()
    order, other = network.paid(units={"POT": 1}), network.paid(units={"LID": 1})
    ship(order, MARAIS)
    row = Invoice.objects.get()

    own, others = order_token(order.number), order_token(other.number)
    for token, number in ((others, row.number), (own, "NONE"), ("forged", row.number)):
        answer = client.get(f"{network.shop.prefix}orders/{token}/invoices/{number}.pdf")
        assert answer.status_code == 404


def test_desk_has_the_file_and_others_do_not(client):
    waiting, row = invoiced()
    url = reverse("admin:order_invoice_file", args=[row.pk])
    client.force_login(make_staff(group="merchandiser", email="goods@example.com"))
    assert client.get(url).status_code == 403
    client.force_login(make_staff(group="order desk"))
    assert client.get(url).content[:5] == b"%PDF-"
    page = client.get(reverse("admin:order_order_change", args=[waiting.order_id])).content.decode()
    assert url in page
    listed = client.get(reverse("admin:order_invoice_changelist"), {"q": row.number}).content.decode()
    assert url in listed


def test_packing_slip_says_what_is_in_the_parcel_and_no_price(client):
    order = make_network().paid(units={"POT": 2, "LID": 1})
    row = fulfilment_at(order, MARAIS)
    client.force_login(make_staff(group="order desk"))

    told = text_of(client.get(reverse("admin:order_fulfilment_slip", args=[row.pk])).content)

    for part in (order.number, "Pot", "POT", "2", "Le reste de votre commande arrive dans un autre colis."):
        assert part in told, part
    assert "€" not in told


def test_pick_list_counts_each_sku_once_for_all_orders_of_a_location(client):
    network = make_network()
    network.put(sku="CUP", at=MARAIS, units=9)
    network.put(sku="CUP", at="partner", units=0)
    first, second = network.paid(units={"POT": 1}), network.paid(units={"POT": 1, "CUP": 2})
    gone = network.paid(units={"LID": 1})
    ship(gone, "lille")
    chosen = list(Fulfilment.objects.values_list("pk", flat=True))

    with translation.override("en"):
        told = text_of(slips.pick_list(fulfilment_ids=chosen, at=LATER))

    assert "Pick list Marais" in told
    assert "Lid" not in told
    assert f"{first.number} × 1" in told
    rows = [line for line in told.splitlines() if line.startswith(("POT", "CUP"))]
    assert [row.split()[:3] for row in rows] == [["CUP", "Cup", "2"], ["POT", "Pot", "2"]]
    assert second.number in told


def test_list_prints_what_is_chosen(client):
    order = make_network().paid(units={"POT": 1})
    client.force_login(make_staff(group="order desk"))
    chosen = {"_selected_action": [fulfilment_at(order, MARAIS).pk]}
    for action in ("pick_list", "packing_slips"):
        answer = client.post(reverse("admin:order_fulfilment_changelist"), {"action": action, **chosen})
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-"), action


def test_papers_of_many_parcels_ask_as_much_as_of_one(django_assert_num_queries):
    network = make_network()
    network.put(sku="POT", at=MARAIS, units=9)
    rows = [fulfilment_at(network.paid(units={"POT": 1}), MARAIS).pk for _ in range(3)]
    drain_outbox(at=LATER)
    slips.packing_slips(fulfilment_ids=rows[:1], at=LATER)
    for count in (1, 3):
        for draw in (slips.packing_slips, slips.pick_list):
            with django_assert_num_queries(4):
                draw(fulfilment_ids=rows[:count], at=LATER)
