"""
What stands behind the make targets, inside the virtual environment.

`config/run.py` installs and hands over to `python -m config.launch COMMAND`. This package starts the services and the
processes of the Procfile; only `prepare` loads Django, in a process of its own.
"""
