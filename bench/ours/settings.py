"""The project's settings as in production, with the switches a measurement needs."""

import os
from pathlib import Path

from config.settings import *  # noqa: F403 -- the project's own, with a few changed below

PAGE_CACHE = os.environ.get("BENCH_PAGE_CACHE", "0") == "1"
STATIC_ROOT = Path(os.environ["BENCH_STATIC"])
# Names with hashes as in production; the compressed copies are never asked for here and take a minute to make.
STORAGES = {
    **STORAGES,  # noqa: F405 -- from the settings above
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
