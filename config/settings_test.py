"""
Settings of the test suite: a throwaway PostgreSQL and Valkey of its own, then the settings of the demo.

The services start when the first process of a run reads these settings, so that `pytest tests/unit/…` alone works as
`make test` does. The other test processes inherit their addresses and take a numbered database each.
"""

import atexit
import os

from config.embedded import throwaway

# "gw0", "gw1", … in the processes of pytest-xdist, nothing in the one that started them.
TEST_PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "")

if not os.environ.get("DATABASE_URL") or not os.environ.get("REDIS_URL"):
    _services = throwaway.start()
    for _name, _value in _services.environment.items():
        os.environ.setdefault(_name, _value)
    atexit.register(_services.stop)

os.environ["HALLES_DEMO"] = "1"
os.environ["DJANGO_DEBUG"] = "0"
os.environ["EMAIL_URL"] = "memory://"
os.environ["PUBLIC_ORIGIN"] = "http://localhost:8000"
os.environ.setdefault("LOG_LEVEL", "WARNING")

from config.settings import *  # noqa: E402, F403 -- the services must run before

TESTING = True
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]  # noqa: F405 -- from the settings above
# One numbered database of Valkey for each process: a flush in one test must not empty another's cache.
_number = int(TEST_PROCESS.removeprefix("gw") or 0) + 1 if TEST_PROCESS else 0
_redis_url = f"{ENV.redis_url.rpartition('/')[0]}/{_number}"  # noqa: F405 -- from the settings above
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _redis_url}}
CELERY_BROKER_URL = REDIS_URL = _redis_url
CHECK_LOCK_ORDER = True

# Tests need no stored hashes: files are served as they are, straight from where they are written.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# Strong hashing is slow on purpose; the tests sign in hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
