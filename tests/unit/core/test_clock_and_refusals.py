"""The clock can be held, and a refusal says its sentence in the reader's language."""

import pickle
import threading
from datetime import UTC, datetime

import pytest
from django.utils.functional import lazystr

from apps.core import clock
from apps.core.errors import LostRace, Refusal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class UnableToBrew(Refusal):
    code = "tea.unable_to_brew"
    message = lazystr("Only %(left)s cups of %(tea)s left.")


def test_clock_when_frozen_stands_still_in_every_thread_and_runs_again_after():
    seen = []
    with clock.frozen(NOON):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
        seen.append(clock.now())

    assert seen == [NOON, NOON]
    assert clock.now() > NOON


def test_clock_when_frozen_twice_returns_to_the_outer_time():
    inner = datetime(2026, 4, 1, tzinfo=UTC)

    with clock.frozen(NOON):
        with clock.frozen(inner):
            assert clock.now() == inner
        assert clock.now() == NOON


def test_clock_when_frozen_at_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="aware"), clock.frozen(datetime(2026, 3, 1)):  # noqa: DTZ001 -- the point
        pass


def test_refusal_with_parameters_gives_code_sentence_status_and_parameters():
    assert UnableToBrew(left=2, tea="oolong").as_dict() == {
        "code": "tea.unable_to_brew",
        "message": "Only 2 cups of oolong left.",
        "status": 422,
        "params": {"left": 2, "tea": "oolong"},
    }


def test_refusal_after_pickling_is_the_same_refusal():
    copy = pickle.loads(pickle.dumps(UnableToBrew(left=2, tea="oolong")))

    assert (type(copy), copy.params) == (UnableToBrew, {"left": 2, "tea": "oolong"})


def test_lost_race_asks_for_status_409():
    assert LostRace.http_status == 409
