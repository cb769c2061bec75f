"""Pictures on publications: shown when ready, missing without holding anything up while they are not."""

import pytest

from apps.catalog import publication, queries
from apps.catalog.models import CategoryMedia, ProductMedia, PublicationDue
from apps.core import clock
from apps.media.models import Asset, AssetState, AssetText, Rendition
from tests.factories import catalog, markets

pytestmark = pytest.mark.django_db


def _asset(letter: str, state: str = AssetState.READY) -> Asset:
    asset = Asset.objects.create(
        sha256=letter * 64, original=f"o/{letter}", filename=f"{letter}.jpg", mime_type="image/jpeg", byte_size=10,
        width=800, height=600, state=state, created_at=clock.now(),
    )  # fmt: skip
    for width in (640, 320):
        Rendition.objects.create(
            asset=asset, format="jpeg", width=width, height=width, path=f"r/{letter}-{width}.jpg", byte_size=1
        )
    AssetText.objects.create(asset=asset, language="fr", alt=f"Image {letter}")
    return asset


def test_gallery_is_the_roots_pictures_then_the_variants_own():
    shop = markets.make_shop(language="fr")
    base = catalog.make_price_list(markets=[markets.make_market()])
    parent = catalog.make_product(structure="parent", title="Kettle")
    child = catalog.make_product(parent=parent, price={base: "1.00"})
    lead, own = _asset("a"), _asset("b")
    ProductMedia.objects.create(product=parent, asset=lead)
    ProductMedia.objects.create(product=child, asset=own)
    publication.publish_all(at=clock.now())

    page = queries.product_page(shop=shop, slug="kettle")

    assert [entry["asset"] for entry in page.gallery] == [lead.id, own.id]
    assert page.gallery[0] == {
        "asset": lead.id, "alt": "Image a", "width": 800, "height": 600, "focal": [0.5, 0.5],
        "sources": {"jpeg": [[320, "r/a-320.jpg"], [640, "r/a-640.jpg"]]},
    }  # fmt: skip
    assert page.variants[0].pictures == (own.id,)
    assert queries.sellable_lines(shop=shop, product_ids=[child.id])[child.id].picture["asset"] == own.id


def test_pending_picture_does_not_hold_up_and_is_shown_when_ready():
    shop = markets.make_shop(language="fr")
    base = catalog.make_price_list(markets=[markets.make_market()])
    product = catalog.make_product(title="Kettle", price={base: "1.00"})
    asset = _asset("c", AssetState.PENDING)
    ProductMedia.objects.create(product=product, asset=asset)
    publication.publish_all(at=clock.now())
    assert queries.cards(shop=shop, product_ids=[product.id])[0].picture is None

    Asset.objects.update(state=AssetState.READY)
    assert publication.mark_due_for_assets(asset_ids=[asset.id], at=clock.now()) == 1
    publication.publish_due(at=clock.now())

    assert queries.cards(shop=shop, product_ids=[product.id])[0].picture["asset"] == asset.id
    assert not PublicationDue.objects.exists()


def test_category_tile_is_published_and_its_asset_marks_the_tree():
    shop = markets.make_shop(language="fr")
    base = catalog.make_price_list(markets=[markets.make_market()])
    node = catalog.make_category(names={"fr": "Cuisine"})
    catalog.make_product(price={base: "1.00"}, categories=[node])
    asset = _asset("d", AssetState.PENDING)
    CategoryMedia.objects.create(category=node, asset=asset)
    publication.publish_all(at=clock.now())
    assert queries.menu(shop=shop)[0].picture is None

    Asset.objects.update(state=AssetState.READY)
    publication.mark_due_for_assets(asset_ids=[asset.id], at=clock.now())

    assert queries.menu(shop=shop)[0].picture["asset"] == asset.id
