"""Every kind of rubbish is named with its place and reason, and nothing is written."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.catalog.importing import queries
from apps.catalog.models import Category, Product, ProductClass
from apps.media.models import Asset
from tests.integration.importing.helpers import HEADER, ROWS, run, write_files

GOOD = "NEW,new,New,Kitchen,Air,Text,10,EUR,1,,,,,,"


def row(**cells):
    values = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | cells
    return ",".join('"' + value.replace('"', '""') + '"' for value in values.values())


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"description": "=HYPERLINK(1)"}, "description", "formula"),
        ({"name": "@SUM(A1)"}, "name", "formula"),
        ({"name": ""}, "name", "missing_value"),
        ({"sku": ""}, "sku", "missing_value"),
        ({"sku": "MUG", "product": "mug"}, "sku", "duplicate_sku"),
        ({"sku": "MUG"}, "sku", "duplicate_sku"),
        ({"price": "-1"}, "price", "price_negative"),
        ({"price": "1,50"}, "price", "price_not_a_number"),
        ({"price": "1e3"}, "price", "price_not_a_number"),
        ({"price": "1.555"}, "price", "price_too_precise"),
        ({"currency": "XTS"}, "currency", "currency_unknown"),
        ({"stock": "1.5"}, "stock", "stock_invalid"),
        ({"stock": "-3"}, "stock", "stock_invalid"),
        ({"weight_g": "heavy"}, "weight_g", "number_invalid"),
        ({"description": "x" * 200_000}, "description", "cell_too_long"),
        ({"description": "a\u202eb"}, "description", "control_character"),
    ],
)
def test_bad_cell_is_named_and_nothing_is_written(markets, tmp_path, cells, column, code):
    job = run(write_files(tmp_path, rows=[*ROWS, row(**cells)]))
    assert job.state == "refused"
    found = [issue for issue in queries.issues(job_id=job.pk).issues if issue.severity == "error"]
    assert [(issue.code, issue.file, issue.line, issue.column) for issue in found] == [
        (code, "products.csv", 8, column)
    ]
    assert found[0].reason
    assert found[0].hint
    assert len(found[0].value) <= 80
    assert not Product.objects.exists()
    assert not Asset.objects.exists()
    assert not ProductClass.objects.exists()
    assert not Category.objects.exists()


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (lambda data: data.replace(b"Boils", b"\xe9t\xe9"), "wrong_encoding", 2),
        (lambda data: data.decode().encode("utf-16"), "wrong_encoding", 1),
        (lambda data: data[:-40], "truncated", 7),
        (lambda data: data + b'X,x,"never closed', "truncated", 8),
        (lambda data: data + b'X,"a"b,\n', "bad_quoting", 8),
        (lambda data: data + b"X,x\n", "row_length", 8),
        (lambda data: data.replace(b"attribute.note", b"name"), "duplicate_header", 1),
        (lambda data: data.replace(b"Mug", b"M\0ug"), "nul_byte", 6),
        (lambda data: b"PK\x03\x04" + data, "not_a_table", 0),
        (lambda _data: b"", "empty_file", 0),
        (lambda data: data.splitlines(keepends=True)[0], "empty_file", 0),
        (lambda data: data.replace(b"family", b"famly", 1), "profile_unknown", 1),
    ],
)
def test_bad_file_is_named_with_its_line(markets, tmp_path, change, code, line):
    write_files(tmp_path)
    main = tmp_path / "products.csv"
    main.write_bytes(change(main.read_bytes()))
    job = run(tmp_path)
    assert job.state == "refused"
    found = [issue for issue in queries.issues(job_id=job.pk).issues if issue.severity == "error"]
    assert (code, line) in [(issue.code, issue.line) for issue in found]
    assert not Product.objects.exists()


def test_unknown_exception_from_withdrawal_is_an_error(markets, tmp_path):
    rows = [f"{row}," for row in ROWS]
    rows[4] += "cheap"
    job = run(write_files(tmp_path, header=f"{HEADER},withdrawal_exception", rows=rows))
    assert job.state == "refused"
    (found,) = [issue for issue in queries.issues(job_id=job.pk).issues if issue.severity == "error"]
    assert (found.code, found.line, found.column) == ("withdrawal_exception_unknown", 6, "withdrawal_exception")


@pytest.mark.parametrize(
    ("name", "code"),
    [("gone.png", "picture_missing"), ("page.png", "picture_refused"), ("../secret.png", "picture_name")],
)
def test_bad_picture_is_a_warning_and_the_product_comes_in(markets, tmp_path, name, code):
    write_files(tmp_path, rows=[*ROWS, row(picture=name)])
    (tmp_path / "images" / "page.png").write_bytes(b"<html></html>")
    (tmp_path / "secret.png").write_bytes((tmp_path / "images" / "mug.png").read_bytes())
    job = run(tmp_path)
    assert job.state == "done"
    warning = next(issue for issue in queries.issues(job_id=job.pk).issues if issue.code == code)
    assert (warning.severity, warning.line, warning.column) == ("warning", 8, "picture")
    assert Product.objects.filter(upc="NEW").exists()


def test_link_out_of_the_folder_is_not_followed(markets, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = tmp_path / "files"
    folder.mkdir()
    write_files(folder, rows=[*ROWS, row(picture="link.png")])
    (outside / "secret.png").write_bytes((folder / "images" / "mug.png").read_bytes())
    (folder / "images" / "link.png").symlink_to(outside / "secret.png")
    assert "picture_missing" in [issue.code for issue in queries.issues(job_id=run(folder).pk).issues]


def test_byte_order_mark_semicolons_and_unknown_columns_are_taken(markets, tmp_path):
    write_files(tmp_path)
    main = tmp_path / "products.csv"
    text = (
        main.read_text(encoding="utf-8")
        .replace(",", ";")
        .replace(HEADER.replace(",", ";"), HEADER.replace(",", ";") + ";extra")
    )
    lines = text.splitlines()
    main.write_text("\n".join([lines[0], *(line + ";x" for line in lines[1:])]) + "\n", encoding="utf-8-sig")
    job = run(tmp_path)
    assert job.state == "done"
    assert [issue.column for issue in queries.issues(job_id=job.pk).issues if issue.code == "column_unknown"] == [
        "extra"
    ]


def test_number_attribute_refuses_words_later(markets, tmp_path):
    run(write_files(tmp_path))
    job = run(write_files(tmp_path, rows=[*ROWS, row(**{"attribute.power": "strong"})]))
    found = [issue for issue in queries.issues(job_id=job.pk).issues if issue.severity == "error"]
    assert [(issue.code, issue.line, issue.column) for issue in found] == [
        ("attribute_not_a_number", 8, "attribute.power")
    ]


CELL = st.text(max_size=30) | st.sampled_from(
    ["=1", "-1", "1,5", "KETTLE", "kettle", "\x00", "é", "10", "EUR", "../x.png"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(CELL, min_size=15, max_size=15), tail=st.binary(max_size=40))
def test_any_cells_end_in_a_state_never_in_an_exception(markets, tmp_path, cells, tail):
    write_files(tmp_path)
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    with (tmp_path / "products.csv").open("ab") as file:
        file.write(quoted.encode("utf-8", "surrogatepass") + b"\n" + tail)
    job = run(tmp_path)
    assert job.state in {"done", "refused"}
