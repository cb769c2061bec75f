"""The Procfile: which processes a run consists of."""

from __future__ import annotations

import re
import shlex
from string import Template
from typing import TYPE_CHECKING

from config.embedded.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LINE = re.compile(r"^(?P<name>[A-Za-z0-9_-]+):\s*(?P<command>.+)$")


def read(path: Path, *, environ: Mapping[str, str]) -> dict[str, list[str]]:
    """
    Return name -> argument list; $NAME is replaced from environ, and no shell is involved.

    Raises ServiceError for a line that is not `name: command`, and for a variable that is not set.
    """
    processes = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = LINE.match(line.strip())
        if match is None:
            raise ServiceError(f"{path.name}, line {number}: expected `name: command`.")
        try:
            command = Template(match["command"]).substitute(environ)
        except KeyError as missing:
            raise ServiceError(f"{path.name}, line {number}: {missing.args[0]} is not set.") from None
        processes[match["name"]] = shlex.split(command)
    return processes
