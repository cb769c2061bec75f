"""Many rows into a model's table by COPY, with Django's own defaults for what is not given. Used by both shops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Model = Any  # a class Django made; both shops' are told apart by nothing but their fields


def copy(model: Model, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """
    Write rows of values for `columns` (database column names) and return how many; moves the id sequence past them.

    Every other column gets its field's default, as `Model()` would have it.
    """
    from django.db import connection

    meta = model._meta  # noqa: SLF001 -- Django's documented door to a model's fields
    others = [
        field
        for field in meta.concrete_fields
        if field.column not in columns
        and not (field.primary_key and field.column == "id")
        and not getattr(field, "generated", False)  # the database counts it
    ]
    constants = [field.get_db_prep_save(_default(field), connection) for field in others]
    names = [*columns, *(field.column for field in others)]
    table = meta.db_table
    count = 0
    with connection.cursor() as cursor:
        quoted = ", ".join(f'"{name}"' for name in names)
        with cursor.copy(f'COPY "{table}" ({quoted}) FROM STDIN') as stream:
            for row in rows:
                stream.write_row([*row, *constants])
                count += 1
        if "id" in columns:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))"  # noqa: S608 -- a model's own table
            )
    return count


def _default(field: Model) -> object:
    from django.utils import timezone

    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return timezone.now()
    return field.get_default()
