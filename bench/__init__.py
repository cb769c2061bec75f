"""The benchmark: this shop and a stock django-oscar on the same data, database, server and machine."""
