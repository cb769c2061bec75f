"""
/metrics: the figures of the whole shop in Prometheus' text format, for who has the token.

Everything comes from PostgreSQL and Valkey, so that any web process gives the same answer: scrape one address.
"""
