"""The basket: what a visitor wants, priced and checked against stock each time it is looked at."""
