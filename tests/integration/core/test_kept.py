"""What a process keeps for a few seconds: how old it gets, and who asks."""

import threading

import pytest
from django.db import OperationalError

from apps.core.kept import AWAY_S, Kept, forget_all


class Source:
    """Gives 1, 2, 3 and so on, or fails while `away`."""

    def __init__(self):
        self.asked = 0
        self.away = False

    def __call__(self):
        if self.away:
            raise OperationalError("server closed the connection")
        self.asked += 1
        return self.asked


def test_value_is_kept_by_key_until_it_is_as_old_as_it_may_get(later):
    kept, source = Kept(age_s=10.0), Source()
    assert [kept.get(key=key, read=source) for key in ("a", "a", "b", "a")] == [1, 1, 2, 1]
    later(9.9)
    assert kept.get(key="a", read=source) == 1
    later(0.1)
    assert [kept.get(key=key, read=source) for key in ("a", "b", "a")] == [3, 4, 3]


def test_nothing_kept_survives_being_forgotten():
    kept, source = Kept(age_s=10.0), Source()
    kept.get(key="a", read=source)
    kept.forget()
    assert kept.get(key="a", read=source) == 2
    forget_all()
    assert kept.get(key="a", read=source) == 3


def test_value_of_before_is_given_while_the_database_is_away_and_it_is_left_in_peace(later):
    kept, source = Kept(age_s=10.0, outlives_database=True), Source()
    kept.get(key="a", read=source)
    later(10.0)
    source.away = True
    assert kept.get(key="a", read=source) == 1
    source.away = False
    later(AWAY_S - 0.1)
    assert (kept.get(key="a", read=source), source.asked) == (1, 1)
    later(0.1)
    assert kept.get(key="a", read=source) == 2


@pytest.mark.parametrize("outlives", [True, False])
def test_failure_is_told_where_nothing_was_read_before(outlives):
    source = Source()
    source.away = True
    with pytest.raises(OperationalError):
        Kept(age_s=10.0, outlives_database=outlives).get(key="a", read=source)


def test_failure_is_told_where_old_values_must_not_be_used(later):
    kept, source = Kept(age_s=10.0), Source()
    kept.get(key="a", read=source)
    later(10.0)
    source.away = True
    with pytest.raises(OperationalError):
        kept.get(key="a", read=source)


def test_endless_keys_never_hold_more_than_their_room():
    kept, source = Kept(age_s=10.0, most=3), Source()
    for key in range(7):
        kept.get(key=key, read=source)
    assert kept.get(key=6, read=source) == 7
    assert len(kept._held) == 1


def test_one_of_many_readers_asks_and_the_others_wait_for_its_answer():
    kept, source = Kept(age_s=10.0), Source()
    entered, leave = threading.Event(), threading.Event()

    def slow():
        entered.set()
        assert leave.wait(10)
        return source()

    answers = []
    readers = [threading.Thread(target=lambda: answers.append(kept.get(key="a", read=slow))) for _ in range(4)]
    for reader in readers:
        reader.start()
    assert entered.wait(10)
    leave.set()
    for reader in readers:
        reader.join(10)
    assert (answers, source.asked) == ([1, 1, 1, 1], 1)
