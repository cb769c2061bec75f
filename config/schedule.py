"""
The clock's part in each room above the core: which task beat sends, how often, to which queue.

Beat only reminds. Each task asks the database what is due, so a reminder that is lost or doubled changes nothing.
"""

from typing import Any

ROOMS: dict[str, dict[str, Any]] = {}
