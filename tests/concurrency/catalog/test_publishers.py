"""Several publishers at once, and edits while they publish; each race with a control that has its guard off."""

import threading

import pytest

from apps.catalog import publication, queries
from apps.catalog.models import FacetCount, FacetValue, Product, ProductContent, Publication, PublicationDue
from apps.catalog.publication import counts, locks, publisher, waiting
from apps.core import clock
from tests.factories import catalog, markets
from tests.race import race

pytestmark = pytest.mark.django_db(transaction=True)

PRODUCTS = 24
WAIT_S = 20


@pytest.fixture
def shop():
    return markets.make_shop(language="fr")


def _products(number: int = PRODUCTS) -> list[Product]:
    base = catalog.make_price_list(markets=[markets.make_market()])
    node = catalog.make_category(names={"fr": "Cuisine"})
    catalog.make_attribute(code="colour", options=["Red", "Blue"])
    return [
        catalog.make_product(
            title="Kettle", price={base: "1.00"}, categories=[node], attributes={"colour": ("Red", "Blue")[index % 2]}
        )
        for index in range(number)
    ]


def _mark(products) -> None:
    publication.mark_due(product_ids=[product.id for product in products], reason="test", at=clock.now())


def _until_empty() -> int:
    done = 0
    while taken := publication.publish_due(limit=5, at=clock.now()):
        done += taken
    return done


def _numbers():
    return set(FacetCount.objects.exclude(products=0).values_list("category_id", "facet_value_id", "products"))


def test_parallel_publishers_take_each_product_once_and_count_exactly(shop):
    products = _products()
    _mark(products)

    done = race([_until_empty] * 4)

    assert sum(done) == PRODUCTS
    assert Publication.objects.count() == PRODUCTS
    assert len(set(Publication.objects.values_list("slug", flat=True))) == PRODUCTS
    assert not PublicationDue.objects.exists()
    kept = _numbers()
    counts.recount()
    assert kept == _numbers()


def _rows():
    """Return every publication but for its id and times, filters by name."""
    names = dict(FacetValue.objects.values_list("id", "value_key"))
    fields = [field.name for field in Publication._meta.concrete_fields]
    kept = [name for name in fields if name not in {"id", "first_published_at", "published_at", "facet_ids"}]
    rows = Publication.objects.order_by("product_id", "market_id", "language")
    return [(*row[:-1], sorted(names[number] for number in row[-1])) for row in rows.values_list(*kept, "facet_ids")]


def test_two_publishers_of_what_waits_write_the_rows_that_one_writes(shop, monkeypatch):
    products = _products()
    _mark(products)
    publication.publish_due(at=clock.now())
    alone, numbers = _rows(), _numbers()
    Publication.objects.all().delete()
    FacetCount.objects.all().delete()
    _mark(products)
    monkeypatch.setattr(waiting, "BATCH", 5)
    monkeypatch.setattr(waiting, "BATCH_OF_ALL", 5)
    said, publishers = [], set()
    take = waiting.publish_due

    def noted(**asked):
        publishers.add(threading.current_thread().name)
        return take(**asked)

    monkeypatch.setattr(waiting, "publish_due", noted)

    done = publication.publish_waiting(now=clock.now, on_batch=said.append)

    assert (done, said[-1], sorted(said)) == (PRODUCTS, PRODUCTS, said)
    assert len(publishers) == waiting.PUBLISHERS
    assert (_rows(), _numbers()) == (alone, numbers)
    assert not PublicationDue.objects.exists()


def test_a_publisher_that_fails_is_heard_and_leaves_the_rest_due(shop, monkeypatch):
    products = _products()
    _mark(products)
    monkeypatch.setattr(waiting, "BATCH", 5)

    def failing(**_asked):
        raise ValueError("no room")

    monkeypatch.setattr(waiting, "publish_due", failing)

    with pytest.raises(ValueError, match="no room"):
        publication.publish_waiting(now=clock.now)

    assert PublicationDue.objects.count() == PRODUCTS


def _publish_between_two_truths(monkeypatch, product) -> str:
    """
    Let one publisher read the old name and stop, change the name, let another publisher work, then let the first go on.

    Return the name shoppers read at the end, when nothing is due any more.
    """
    read, go_on = threading.Event(), threading.Event()
    slow = threading.local()
    load = publisher.truth.load

    def stopping(*, root_ids):
        found = load(root_ids=root_ids)
        if getattr(slow, "me", False):
            read.set()
            assert go_on.wait(WAIT_S)
        return found

    monkeypatch.setattr(publisher.truth, "load", stopping)

    def first():
        slow.me = True
        return publication.publish_due(at=clock.now())

    def second():
        assert read.wait(WAIT_S)
        ProductContent.objects.filter(product=product).update(name="Nouveau")
        _mark([product])
        try:
            return publication.publish_due(at=clock.now())
        finally:
            go_on.set()

    done = race([first, second])
    assert not [item for item in done if isinstance(item, Exception)], done
    publication.publish_due(at=clock.now())
    return Publication.objects.get().name


@pytest.fixture
def one(shop):
    (product,) = _products(1)
    ProductContent.objects.create(product=product, language="fr", name="Ancien")
    _mark([product])
    return product


def test_mark_made_while_publishing_is_published_afterwards(monkeypatch, one, shop):
    assert _publish_between_two_truths(monkeypatch, one) == "Nouveau"
    assert queries.product_page(shop=shop, slug="nouveau").name == "Nouveau"


def test_control_without_the_products_lock_an_older_truth_overwrites_a_newer(monkeypatch, one):
    unguarded = locks._DUE_ROOTS.replace(
        "pg_try_advisory_xact_lock(%(class)s, (root %% 2147483647)::int)", "%(class)s > 0"
    )
    monkeypatch.setattr(locks, "_DUE_ROOTS", unguarded)

    assert _publish_between_two_truths(monkeypatch, one) == "Ancien"


def test_mark_due_does_not_wait_for_a_publisher(monkeypatch, one):
    reached, go_on = threading.Event(), threading.Event()
    load = publisher.truth.load

    def stopping(*, root_ids):
        reached.set()
        assert go_on.wait(WAIT_S)
        return load(root_ids=root_ids)

    monkeypatch.setattr(publisher.truth, "load", stopping)

    def mark():
        assert reached.wait(WAIT_S)
        _mark([one])
        go_on.set()

    assert race([lambda: publication.publish_due(at=clock.now()), mark]) == [1, None]
    assert PublicationDue.objects.count() == 1


def test_unpublish_during_publishing_wins(monkeypatch, one):
    at = clock.now()
    done = race(
        [
            lambda: publication.publish_due(at=at),
            lambda: publication.unpublish(product_id=one.id, by="user:1", at=at, reason="recall"),
        ]
    )

    assert not [item for item in done if isinstance(item, Exception)], done
    assert not Publication.objects.exists()


def test_full_publication_beside_due_publishers_neither_deadlocks_nor_loses(shop):
    products = _products()
    _mark(products)

    done = race([_until_empty, _until_empty, lambda: publication.publish_all(at=clock.now())])

    assert not [item for item in done if isinstance(item, Exception)], done
    assert Publication.objects.count() == PRODUCTS
    kept = _numbers()
    counts.recount()
    assert kept == _numbers()
