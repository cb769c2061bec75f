"""Tables that only grow: the database refuses UPDATE and DELETE, whoever asks."""

from django.db.migrations import RunSQL

_FUNCTION = """
CREATE OR REPLACE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(*, table: str) -> RunSQL:
    """
    Return the migration operation that makes a table append-only.

    Corrections are new rows. TRUNCATE stays possible: only tests flush a whole table.
    """
    return RunSQL(
        f'{_FUNCTION} CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION core_refuse_change();",
        f'DROP TRIGGER IF EXISTS {table}_append_only ON "{table}";',
    )
