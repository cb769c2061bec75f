#!/usr/bin/env python
"""Entry point of Django's command line; beside a running `make run` it works on that demo."""

import os
import sys

from config import env
from config.launch.demo import running_demo

if __name__ == "__main__":
    if demo := running_demo(environ=env.read_dotenv(env.ROOT / ".env") | dict(os.environ)):
        os.environ.update(demo)
        sys.stderr.write("Working on the demo that runs from this folder.\n")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
