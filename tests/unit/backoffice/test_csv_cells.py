"""Cells that a spreadsheet must take as text."""

import pytest

from apps.backoffice.csv_cells import safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "--1"])
def test_formula_is_quoted(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["Bouilloire", "-12.50", "+3", 12, "a=b", ""])
def test_plain_value_stays(value):
    assert safe_cell(value) == str(value)
