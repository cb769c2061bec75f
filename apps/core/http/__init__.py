"""
The only way out: calls to foreign systems, with limits, a guard against being sent elsewhere, and a circuit breaker.

    answer = http.request(system="erp", method="POST", path="/rpc", json={"method": "ping"}, idempotency_key="…")
    picture = http.fetch(url=address_from_a_stranger)

Built on the standard library's `http.client`: the address that was checked must be the one that is connected to, and
the clients built on urllib3 resolve names again on their own, follow redirects and read proxies from the environment.
"""

from apps.core.http.client import Response, fetch, request
from apps.core.http.wire import Timeouts

__all__ = ["Response", "Timeouts", "fetch", "request"]
