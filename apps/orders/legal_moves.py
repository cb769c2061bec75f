"""
The tables of legal moves as triggers, so that no shell, admin form or statement can make a state jump.

The SQL is generated from `enums`; a test compares what the database holds with them, so a changed table without a
migration is found.
"""

import json
from collections.abc import Iterable, Mapping

from apps.orders.moves import FULFILMENT_MOVES, ORDER_MOVES, PAYMENT_MOVES, RETURN_MOVES

TABLES: dict[str, Mapping[str, frozenset[str]]] = {
    "order_order": ORDER_MOVES,
    "order_payment": PAYMENT_MOVES,
    "order_fulfilment": FULFILMENT_MOVES,
    "order_return": RETURN_MOVES,
}
FUNCTION = """
CREATE OR REPLACE FUNCTION order_refuse_illegal_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_ARGV[0]::jsonb -> OLD.state) ? NEW.state THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% may not move from % to %', TG_TABLE_NAME, OLD.state, NEW.state USING ERRCODE = 'check_violation';
END $$;
"""
_TRIGGER = """
CREATE OR REPLACE TRIGGER {table}_legal_moves BEFORE UPDATE OF state ON "{table}" FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION order_refuse_illegal_move('{moves}');
"""


def moves_json(moves: Mapping[str, frozenset[str]]) -> str:
    """Return a table of moves as the one JSON text the trigger is given."""
    return json.dumps({str(old): sorted(str(new) for new in news) for old, news in moves.items()}, sort_keys=True)


def install(*, tables: Iterable[str] = TABLES) -> str:
    """Return the SQL that creates or renews the triggers; for migrations."""
    triggers = (_TRIGGER.format(table=table, moves=moves_json(TABLES[table])) for table in tables)
    return FUNCTION + "".join(triggers)


def uninstall() -> str:
    """Return the SQL that takes the triggers away."""
    drops = "".join(f'DROP TRIGGER IF EXISTS {table}_legal_moves ON "{table}";' for table in TABLES)
    return drops + "DROP FUNCTION IF EXISTS order_refuse_illegal_move();"
