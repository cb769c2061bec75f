"""The first page: what needs a person, with what to do about it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.backoffice import dashboard
from apps.backoffice.queries import today
from apps.core import clock
from apps.core.models import BooksProof
from tests.factories.staff import make_staff

pytestmark = pytest.mark.django_db
BOOKS = {"books", "unproven"}


def _prove(*, hours_ago, exceptions=0):
    at = clock.now() - timedelta(hours=hours_ago)
    broken = [{"name": "x", "sentence": "x", "exceptions": []}] if exceptions else []
    return BooksProof.objects.create(at=at, seconds=0.1, invariants=3, exceptions=exceptions, broken=broken)


def _books(client):
    titles = {dashboard.KINDS[kind].title: kind for kind in BOOKS}
    rows = client.get(reverse("admin:index")).context["stuck"]
    return [(titles[row["title"]], row["count"], row["url"]) for row in rows if row["title"] in titles]


@pytest.fixture
def boss(client):
    client.force_login(make_staff(superuser=True))
    return client


LIST = "/admin/core/booksproof/"


def test_books_that_agree_need_nobody(boss):
    _prove(hours_ago=35)
    assert _books(boss) == []


def test_books_never_proven_need_nobody_before_the_first_night(boss):
    assert _books(boss) == []


def test_books_that_contradict_are_shown_with_how_often_and_where(boss):
    _prove(hours_ago=1, exceptions=7)
    assert _books(boss) == [("books", 7, LIST)]


def test_contradiction_that_a_later_proof_no_longer_finds_is_gone(boss):
    _prove(hours_ago=25, exceptions=7)
    _prove(hours_ago=1)
    assert _books(boss) == []


def test_proof_older_than_a_day_and_a_half_is_shown(boss):
    _prove(hours_ago=37)
    assert _books(boss) == [("unproven", 1, LIST)]


def test_old_contradiction_is_shown_as_both(boss):
    _prove(hours_ago=37, exceptions=2)
    assert _books(boss) == [("books", 2, LIST), ("unproven", 1, LIST)]


def test_books_are_no_business_of_the_order_desk(client):
    _prove(hours_ago=37, exceptions=2)
    client.force_login(make_staff(group="order desk"))
    assert _books(client) == []


@pytest.mark.parametrize("count", [1, 3])
def test_books_ask_one_statement_whatever_there_is(count, django_assert_num_queries):
    for hours in range(count):
        _prove(hours_ago=hours)
    with django_assert_num_queries(1):
        today.books(at=clock.now())


def test_every_kind_says_what_to_do_and_leads_to_a_list(boss):
    for kind in dashboard.KINDS.values():
        assert str(kind.advice).endswith(".")
        assert boss.get(reverse(f"admin:{kind.page}_changelist") + kind.query).status_code == 200
