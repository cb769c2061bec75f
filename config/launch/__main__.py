"""`python -m config.launch COMMAND [ARGUMENT…]`: one clear line and status 1 instead of a traceback."""

from __future__ import annotations

import os
import signal
import sys

from config import env
from config.embedded.errors import ServiceError
from config.embedded.processes import set_own_end_signal
from config.launch import checks, shop, tools


def main(arguments: list[str]) -> int:
    """Run a command and return its exit status."""
    if os.environ.pop("HALLES_UNDER_MAKE", ""):
        set_own_end_signal(signal.SIGTERM)
    environ = env.read_dotenv(env.ROOT / ".env") | dict(os.environ)
    command, *rest = arguments or [""]
    try:
        return run_command(command, rest=rest, environ=environ)
    except ServiceError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except OSError as error:
        # A file of another user's, a full disk: the sentence is the system's own.
        if error.filename is None:
            raise
        sys.stderr.write(f"Cannot go on: {error.strerror} ({error.filename})\n")
        return 1
    except KeyboardInterrupt:
        return 130


def run_command(command: str, *, rest: list[str], environ: dict[str, str]) -> int:
    """Dispatch. Raises ServiceError."""
    if command == "run":
        shop.run(environ=environ)
        return 0
    if command == "shell":
        return shop.manage(["shell", *rest], environ=environ)
    if command == "demo-reset":
        return shop.manage([], environ=environ, anew=True)
    if command == "test":
        return tools.test(rest)
    if command == "bench":
        return tools.bench(rest)
    if command == "check":
        return checks.run(rest)
    raise ServiceError(f"Unknown command {command!r}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
