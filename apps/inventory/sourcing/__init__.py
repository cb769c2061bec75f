"""
From where goods are sent, decided by rules that are data.

`engine` decides and knows no database; `queries` reads rules, places and stock; `operations` decides under lock and
promises; `replay` decides again what was decided before, under other rules. Worked numbers: docs/rules/sourcing.md.
"""
