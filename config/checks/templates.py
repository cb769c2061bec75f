"""Templates in the formatter's shape: `python -m config.checks.templates` runs djade over all of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from config import messages

DJANGO = "5.2"


def main() -> int:
    """Return djade's status, 0 when there is nothing to look at."""
    files = [str(path) for path in messages.template_files() if path.suffix == ".html"]
    if not files:
        return 0
    program = Path(sys.executable).parent / "djade"
    return subprocess.run([program, "--check", "--target-version", DJANGO, *files], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
