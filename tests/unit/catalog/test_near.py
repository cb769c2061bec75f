"""What a process remembers stays bounded."""

from apps.catalog.queries.near import Near


def test_near_keeps_no_more_than_its_size_and_lets_the_oldest_go():
    near = Near(size=16)
    for number in range(40):
        assert near.keep(number, -number) == -number
        assert len(near) <= 16
    assert (near.get(0), near.get(39)) == (None, -39)
