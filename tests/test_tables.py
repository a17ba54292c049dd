"""A learner's own CSV file: what is found out about it, and what is refused in which words."""

import gzip
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from course_lib.data import Dataset, read_csv
from course_lib.data.tables import MISSING_MARKERS


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a file, text or bytes, and returns its path."""

    def write(content, name="mine.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def lines(names, *columns, n=12, separator=","):
    """Write a file whose columns repeat the given values, row by row, up to n rows."""
    rows = [names] + [separator.join(str(column[i % len(column)]) for column in columns) for i in range(n)]
    return "\n".join(rows) + "\n"


def numbered(*extra, names="a,b"):
    """Write ten good rows of two columns, on lines 2 to 11, and then the rows given."""
    return "\n".join([names] + [f"{i * i},{i}.5" for i in range(10)] + list(extra)) + "\n"


# What is found out


def test_kinds_are_inferred(write):
    path = write(
        lines(
            "size,visits,ill,town,seen,postcode",
            [1.5, "2", "-3e-2"],
            [3, 0, -7],
            ["yes", "No"],
            ["Ulm", "Bonn", "Köln"],
            ["2024-02-29", "2024-12-01"],
            ["01067", "89073"],
        )
    )
    table = read_csv(path)
    assert table.kinds == {
        "size": "numeric",
        "visits": "integer",
        "ill": "boolean",
        "town": "category",
        "seen": "date",
        "postcode": "category",
    }
    assert [str(dtype) for dtype in table.frame.dtypes[:4]] == ["float64", "int64", "bool", "category"]
    np.testing.assert_array_equal(table.frame["size"][:3], [1.5, 2.0, -0.03])
    np.testing.assert_array_equal(table.frame["ill"][:2], [True, False])
    assert table.frame["town"][2] == "Köln"
    assert table.frame["seen"][0] == pd.Timestamp(2024, 2, 29)
    np.testing.assert_array_equal(table.lines, np.arange(2, 14))
    assert any("'01067' begins with a zero" in note for note in table.notes)


def test_the_report_has_a_row_for_each_column(write):
    table = read_csv(write(lines("size,town", [1.5, 2, 3], ["Ulm", "Bonn"])), label="town")
    report = table.report()
    assert report.loc["size"].to_dict() == {"kind": "numeric", "missing": 0, "different": 3, "values": "1.5 to 3"}
    assert report.loc["town", "kind"] == "category (label)"
    assert set(report.loc["town", "values"].split(", ")) == {"Ulm", "Bonn"}
    assert "12 rows, 2 columns" in repr(table)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["31.12.2023", "1.2.2024"], "date"),
        (["31/12/2023", "01/02/2024"], "date"),
        (["12/31/2023", "01/02/2024"], "date"),
        (["2023-12-31 23:59", "2024-02-01 00:00"], "date"),
        (["2023-12-31T23:59:30", "2024-02-01T00:00:00"], "date"),
        (["01/02/2024", "03/04/2024"], "category"),  # February or January?
        (["2023-02-30", "2023-02-28"], "category"),  # no such day
    ],
)
def test_dates_are_recognised_where_they_can_be_read_in_one_way(write, values, kind):
    table = read_csv(write(lines("day,size", values, [1.5, 2])))
    assert table.kinds["day"] == kind
    assert any("day and month cannot be told apart" in note for note in table.notes) == (values[0] == "01/02/2024")


def test_day_and_month_are_not_swapped(write):
    assert read_csv(write(lines("day,size", ["01/02/2024", "31/12/2023"], [1, 2]))).frame["day"][0].month == 2
    assert read_csv(write(lines("day,size", ["01/02/2024", "12/31/2023"], [1, 2]))).frame["day"][0].month == 1


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_separators_are_found_and_said(write, separator, name):
    table = read_csv(write(lines(f"a{separator}b", [1, 2], ["x, y", "z"], separator=separator)))
    assert list(table.frame["b"][:2]) == ["x, y", "z"]
    assert f"the fields are separated by a {name}" in table.notes


def test_a_comma_needs_no_note(write):
    assert read_csv(write(lines("a,b", [1, 2, 4], [5, 6]))).notes == []


def test_decimal_commas_are_found_and_said(write):
    table = read_csv(write(lines("a;b", ["1,5", "2", "1.234,5"], ["x", "y"], separator=";")))
    np.testing.assert_array_equal(table.frame["a"][:3], [1.5, 2.0, 1234.5])
    assert "numbers are written with a decimal comma (column 'a', line 2: '1,5')" in table.notes


@pytest.mark.parametrize(("decimal", "value"), [(",", 1.234), (".", 1234)])
def test_a_comma_before_three_digits_needs_an_answer(write, decimal, value):
    path = write(lines("a;b", ["1,234", "2,345"], ["x", "y"], separator=";"))
    with pytest.raises(ValueError, match=r"decimals or thousands \(column 'a', line 2: '1,234'\).*decimal=','"):
        read_csv(path)
    assert read_csv(path, decimal=decimal).frame["a"][0] == value


def test_a_zero_before_the_comma_rules_out_thousands(write):
    table = read_csv(write(lines("a;b", ["0,125", "0,250"], [1, 2], separator=";")))
    np.testing.assert_array_equal(table.frame["a"][:2], [0.125, 0.25])


def test_thousands_are_understood_where_decimals_settle_the_matter(write):
    table = read_csv(write(lines("a;b", ["1,234", "1,234,567.5"], ["x", "y"], separator=";")))
    np.testing.assert_array_equal(table.frame["a"][:2], [1234, 1234567.5])


def test_a_decimal_point_with_three_decimals_is_a_decimal_point(write):
    np.testing.assert_array_equal(
        read_csv(write(lines("a,b", ["1.234", "2.345"], [1, 2]))).frame["a"][:2], [1.234, 2.345]
    )


def test_both_decimal_signs_in_one_file_need_an_answer(write):
    path = write(lines("a;b", ["1,5", "2,5"], ["1.5", "2.5"], separator=";"))
    with pytest.raises(ValueError, match=r"decimal point \(column 'b', line 2: '1.5'\).*decimal comma \(column 'a'"):
        read_csv(path)
    with pytest.raises(ValueError, match=r"column 'b' holds numbers with '.' as decimal sign .*but decimal is ','"):
        read_csv(path, decimal=",")
    assert read_csv(path, decimal=",", kinds={"b": "category"}).kinds == {"a": "numeric", "b": "category"}


def test_long_whole_numbers_are_names(write):
    table = read_csv(write(lines("account,size", [2**53 + 2, 2**53 + 4], [1, 2])))
    assert table.kinds["account"] == "category"
    assert any("more digits than float64 keeps" in note for note in table.notes)


def test_identifiers_are_pointed_out(write):
    names = [f"patient {i}" for i in range(12)]
    table = read_csv(write(lines("id,name,size", range(1, 13), names, [1.5, 2])))
    assert [re.match(r"column '(\w+)' (counts|has a different)", note).groups() for note in table.notes] == [
        ("id", "counts"),
        ("name", "has a different"),
    ]
    assert read_csv(table.path, drop=["id", "name"]).notes == []


def test_quoted_fields_may_hold_anything_and_lines_still_count(write):
    path = write('a,b\n1,"two\nlines, and ""quotes"""\n\n' + "2,x\n" * 10 + "3\n")
    with pytest.raises(ValueError, match=r"1 of 12 rows do not have the 2 fields.*line 15 has 1"):
        read_csv(path)
    table = read_csv(write('a,b\n1,"two\nlines, and ""quotes"""\n\n' + "2,x\n" * 10))
    assert table.frame["b"][0] == 'two\nlines, and "quotes"'
    np.testing.assert_array_equal(table.lines[:3], [2, 5, 6])


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter(write):
    table = read_csv(write(b"\xef\xbb\xbf" + numbered().replace("\n", "\r\n").encode()))
    assert table.kinds == {"a": "integer", "b": "numeric"}


# Kinds and columns that the caller decides


def test_a_kind_can_be_decided(write):
    path = write(lines("ill,year,code,seen", [0, 1], [2023, 2024], ["007", "012"], ["2024-01-01", "2024-01-02"]))
    table = read_csv(path, kinds={"ill": "boolean", "year": "category", "code": "integer", "seen": "category"})
    assert table.kinds == {"ill": "boolean", "year": "category", "code": "integer", "seen": "category"}
    np.testing.assert_array_equal(table.frame["ill"][:2], [False, True])
    np.testing.assert_array_equal(table.frame["code"][:2], [7, 12])


@pytest.mark.parametrize(
    ("kind", "bad", "needed"),
    [
        ("numeric", "tall", "numbers"),
        ("numeric", "1e999", "numbers that float64 can hold"),
        ("numeric", "inf", "numbers"),
        ("integer", "1.5", "whole numbers"),
        ("integer", str(2**53 + 1), "whole numbers up to 2\\^53"),
        ("boolean", "maybe", "true or false, yes or no, 1 or 0"),
    ],
)
def test_a_decided_kind_is_held_to(write, kind, bad, needed):
    path = write(lines("a,b", [1, 0, 1, bad], [1, 2]))
    with pytest.raises(ValueError, match=f"mine.csv: column 'a' must hold {needed}.*; line 5 has '{re.escape(bad)}'"):
        read_csv(path, kinds={"a": kind})


def test_dates_with_two_readings_cannot_be_decided_into_one(write):
    with pytest.raises(ValueError, match="dates that can be read in one way only; line 2 has '01/02/2024'"):
        read_csv(write(lines("a,b", ["01/02/2024", "03/04/2024"], [1, 2])), kinds={"a": "date"})


def test_a_word_among_numbers_is_refused_with_its_line(write):
    path = write(numbered("unknown,1.5"))
    with pytest.raises(ValueError, match="10 of 11 values of column 'a' are numbers, but line 12 has 'unknown'"):
        read_csv(path)
    assert read_csv(path, kinds={"a": "category"}).kinds["a"] == "category"
    assert len(read_csv(path, missing_markers="unknown", missing="drop_rows").frame) == 10


@pytest.mark.parametrize("values", [["12%", "13.5 %"], ["€ 1,200", "€ 80"]])
def test_numbers_with_a_sign_are_not_taken_for_words(write, values):
    path = write(lines("share;size", values, [1.5, 2], separator=";"))
    with pytest.raises(ValueError, match=f"numbers with a sign for their unit .line 2: '{values[0]}'"):
        read_csv(path)
    assert read_csv(path, kinds={"share": "category"}).kinds["share"] == "category"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"label": "diagnosys"}, "no column 'diagnosys', which label names; did you mean 'diagnosis'"),
        ({"label": "zzz"}, "no column 'zzz', which label names; the names are 'size', 'diagnosis'"),
        ({"drop": "sizes"}, "no column 'sizes', which drop names; did you mean 'size'"),
        ({"kinds": {"Size": "numeric"}}, "no column 'Size', which kinds names; did you mean 'size'"),
        ({"kinds": {"size": "number"}}, r"kinds\['size'\] must be one of 'numeric', .*, got 'number'"),
        ({"label": "size", "drop": ["size"]}, "the label 'size' is also in drop"),
        ({"missing": "ignore"}, "missing must be one of 'refuse', .*, got 'ignore'"),
        ({"decimal": ";"}, "decimal must be '.' or ',', got ';'"),
        ({"separator": ", "}, "separator must be a single character .*, got ', '"),
        ({"separator": '"'}, """separator must be a single character .*, got '"'"""),
        ({"drop": ["size", "diagnosis"]}, "drop leaves no column of .*mine.csv; it names all 2"),
        ({"encoding": 1252}, "encoding must be a name such as 'utf-8' or 'cp1252', got 1252"),
        ({"encoding": "latin-99"}, "encoding 'latin-99' is not known; try 'utf-8'"),
        ({"min_rows": 0}, "min_rows must be a whole number of at least 1, got 0"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(write, arguments, message):
    path = write(lines("size,diagnosis", [1.5, 2], ["well", "ill"]))
    with pytest.raises(ValueError, match=message):
        read_csv(path, **arguments)


# Missing values


def with_gaps():
    return numbered("NA,1.5", ",2.5", "7,?")


def test_missing_values_are_refused_with_counts_and_choices(write):
    with pytest.raises(ValueError, match="3 of 26 values are missing") as caught:
        read_csv(write(with_gaps()))
    message = str(caught.value)
    assert "'a' 2 (first on line 12: 'NA'); 'b' 1 (first on line 14: '?')" in message
    assert "missing='drop_rows' (leaves 10 of 13 rows), 'drop_columns' (leaves 0 of 2 columns) or 'keep'" in message


def test_missing_values_can_be_dropped_by_row(write):
    table = read_csv(write(with_gaps()), missing="drop_rows")
    assert len(table.frame) == 10
    assert table.missing == {"a": 2, "b": 1}
    assert "3 of 13 rows with a missing value were left out" in table.notes


def test_missing_values_can_be_dropped_by_column(write):
    path = write(numbered("NA,1.5", "3,2.5"))
    table = read_csv(path, missing="drop_columns")
    assert list(table.frame) == ["b"]
    assert "columns with missing values were left out: a" in table.notes
    with pytest.raises(ValueError, match="the label 'a' lacks 1 values, so it would be dropped too"):
        read_csv(path, missing="drop_columns", label="a")
    with pytest.raises(ValueError, match="every column has missing values"):
        read_csv(write(with_gaps()), missing="drop_columns")


def test_missing_values_can_be_kept(write):
    table = read_csv(write(numbered("NA,1.5", "3,")), missing="keep")
    assert table.kinds == {"a": "integer", "b": "numeric"}
    assert str(table.frame["a"].dtype) == "Int64"
    assert table.frame["a"].isna().sum() == table.frame["b"].isna().sum() == 1
    assert table.report().loc["a", "missing"] == 1
    with pytest.raises(ValueError, match=r"column 'a' lacks 1 of 12 values \(first on line 12\).*missing='drop_rows'"):
        table.numeric()


def test_what_counts_as_missing_can_be_decided(write):
    path = write(lines("smoking,size", ["None", "daily"], [1.5, 2]))
    with pytest.raises(ValueError, match="6 of 24 values are missing"):
        read_csv(path)
    assert set(read_csv(path, missing_markers=["", "NA"]).frame["smoking"]) == {"None", "daily"}


def test_an_empty_field_is_missing_even_in_a_file_of_one_column(write):
    with pytest.raises(ValueError, match=r"1 of 11 values are missing, by column: 'a' 1 \(first on line 12"):
        read_csv(write("a\n" + "".join(f"{i * i}\n" for i in range(10)) + '""\n\n'))


# What is refused


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"mine.csv is empty \(0 bytes\)"),
        (" \n\n", r"mine.csv is empty \(3 bytes\)"),
        ("a,b\n", r"mine.csv has no rows: only the line of names \(a, b\)"),
        (numbered("1,2,3", "4"), "2 of 12 rows do not have the 2 fields.*: line 12 has 3, line 13 has 1"),
        ("My survey, May\n" + numbered("1,2,3"), "1 of 12 rows do not have the 2 fields"),
        ("My survey\n" + numbered(), "11 of 11 rows do not have the 1 fields.*line 2 has 2.*a title above"),
        ("a,b\n" + "1,5,2,5\n" * 12, "12 of 12 rows do not have the 2 fields.*line 2 has 4"),
        (numbered(names="a,a"), "columns 1 and 2 have the same name 'a'"),
        (numbered(names=",b"), r"column 1 has no name.*index=False.*drop=\[''\]"),
        (numbered(names="0,1.5"), r"the first row must hold the names .*got only numbers \(0, 1.5\)"),
        (numbered('4,"5'), "the row that begins near line 12 cannot be read .unexpected end of data"),
        (numbered('"4"5,6'), "the row that begins near line 12 cannot be read .*quotation mark"),
        ("a,b\n" + "1,2\n" * 3, "has 3 usable rows of 3; at least min_rows = 10"),
        (
            lines("a,b,c", [1, 2], [7], ["x"]),
            r"never varies.*: 'b' \(7\), 'c' \(x\); leave .* drop=\['b', 'c'\]",
        ),
    ],
)
def test_files_that_are_no_good_are_refused(write, content, message):
    with pytest.raises(ValueError, match=message):
        read_csv(write(content))


def test_a_tie_between_separators_needs_an_answer(write):
    path = write(lines("height, cm;weight, kg", ["180,5", "181,0"], ["75,5", "80,0"], separator=";"))
    with pytest.raises(ValueError, match=r"comma \(','\) and semicolon \(';'\) cut the rows equally well"):
        read_csv(path)
    assert list(read_csv(path, separator=";").frame["height, cm"][:2]) == [180.5, 181.0]


def test_the_unnamed_column_of_row_names_can_be_dropped(write, tmp_path):
    path = tmp_path / "indexed.csv"
    pd.DataFrame({"size": [1.5, 2.5] * 6}).to_csv(path)
    with pytest.raises(ValueError, match="column 1 has no name"):
        read_csv(path)
    assert list(read_csv(path, drop=[""]).frame) == ["size"]


def test_a_missing_file_is_reported_as_such(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv"):
        read_csv(tmp_path / "nowhere.csv")


def test_a_constant_column_is_found_after_rows_were_dropped(write):
    path = write("a,b\n" + "".join(f"{i * i},1\n" for i in range(10)) + ",2\n")
    with pytest.raises(ValueError, match=r"never varies has nothing to learn from: 'b' \(1\)"):
        read_csv(path, missing="drop_rows")


def test_a_column_without_any_value_is_constant(write):
    with pytest.raises(ValueError, match=r"never varies has nothing to learn from: 'b' \(no value\)"):
        read_csv(write("a,b\n" + "".join(f"{i * i},\n" for i in range(10))), missing="keep")


def workbook(path):
    # The skeleton of an .xlsx file: a zip archive with this part in it
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")


def archive(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mine.csv", "a,b\n1,2\n")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (workbook, r"a spreadsheet \(.xlsx or .ods\); open it and save it as CSV"),
        (archive, "a zip archive; unpack it first"),
        (lambda path: path.write_bytes(gzip.compress(b"a,b\n1,2\n")), "a gzip archive"),
        (lambda path: path.write_bytes(b"%PDF-1.7\n"), "a PDF document"),
        (lambda path: path.write_bytes(b"PAR1\x15\x04"), "a Parquet file"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an old Excel workbook"),
        (lambda path: path.write_bytes(b"a,b\n1,\x00\n"), "binary data .a NUL byte at offset 6."),
        (lambda path: path.write_text("<!DOCTYPE html>\n<html>Log in</html>"), "begins with '<!doctype html>'"),
        (lambda path: path.write_text('<?xml version="1.0"?><a/>'), "a web page or XML"),
        (lambda path: path.write_text('[{"a": 1, "b": 2}]'), "it is JSON"),
    ],
)
def test_files_of_another_kind_are_named(tmp_path, make, message):
    path = tmp_path / "mine.csv"
    make(path)
    with pytest.raises(ValueError, match=f"mine.csv is not a CSV file: .*{message}"):
        read_csv(path)


def test_a_name_in_brackets_is_not_json(write):
    assert list(read_csv(write(numbered(names="[size],[weight]"))).frame) == ["[size]", "[weight]"]


def test_the_byte_that_does_not_decode_is_shown_and_read_in_cp1252(write):
    path = write(lines("town,size", ["Ulm", "Köln"], [1, 2]).encode("cp1252"))
    with pytest.raises(ValueError, match="not encoded as utf-8-sig: byte 0xf6 on line 3") as caught:
        read_csv(path)
    assert "'Köln,2'" in str(caught.value)
    assert "encoding='cp1252'" in str(caught.value)
    assert read_csv(path, encoding="cp1252").frame["town"][1] == "Köln"


def test_a_wrong_encoding_that_decodes_is_noted(write):
    table = read_csv(write(lines("town,size", ["Ulm", "Köln"], [1, 2])), encoding="cp1252")
    assert any("the bytes are valid UTF-8 too" in note for note in table.notes)


def test_utf_16_is_recognised_by_its_mark_and_can_be_named(write):
    text = lines("town,size", ["Ulm", "Köln"], [1, 2])
    table = read_csv(write(text.encode("utf-16")))
    assert table.frame["town"][1] == "Köln"
    assert any("UTF-16" in note for note in table.notes)
    unmarked = write(text.encode("utf-16-le"))
    with pytest.raises(ValueError, match=r"binary data.*encoding='utf-16'"):
        read_csv(unmarked)
    assert read_csv(unmarked, encoding="utf-16-le").frame["town"][1] == "Köln"


# Numbers for generators


def test_a_table_of_numbers_becomes_a_dataset(write):
    data = read_csv(write(lines("size,ill,visits", [1.5, 2.5], ["yes", "no"], [3, 4]))).numeric()
    assert isinstance(data, Dataset)
    assert data.x.dtype == np.float64
    np.testing.assert_array_equal(data.x[:2], [[1.5, 1, 3], [2.5, 0, 4]])
    assert (data.names, data.y, data.units) == (("size", "ill", "visits"), None, (None, None, None))


@pytest.mark.parametrize(
    ("values", "codes", "label_names"),
    [
        (["well", "ill", "ill"], [1, 0, 0], ("ill", "well")),
        ([10, 9, 10], [1, 0, 1], ("9", "10")),
        (["yes", "no", "no"], [1, 0, 0], ("False", "True")),
        ([0.5, 0.25, 0.5], [0.5, 0.25, 0.5], None),
    ],
)
def test_the_label_becomes_codes_unless_it_is_measured(write, values, codes, label_names):
    data = read_csv(write(lines("size,outcome", [1.5, 2.5], values)), label="outcome").numeric()
    np.testing.assert_array_equal(data.y[:3], codes)
    assert data.label_names == label_names
    assert data.names == ("size",)


def test_a_count_can_be_made_a_measured_target(write):
    path = write(lines("size,visits", [1.5, 2.5], [0, 3]))
    data = read_csv(path, label="visits", kinds={"visits": "numeric"}).numeric()
    assert data.label_names is None
    np.testing.assert_array_equal(data.y[:2], [0.0, 3.0])


@pytest.mark.parametrize(("value", "kind"), [("Ulm", "category"), ("2024-01-01", "date")])
def test_words_and_dates_are_not_turned_into_numbers(write, value, kind):
    other = {"Ulm": "Bonn", "2024-01-01": "2024-05-01"}[value]
    table = read_csv(write(lines("size,what", [1.5, 2.5], [value, other])))
    with pytest.raises(ValueError, match=f"column 'what' is of the kind {kind} .line 2: '{value}.*drop="):
        table.numeric()


def test_a_label_alone_is_no_table(write):
    with pytest.raises(ValueError, match="no column beside the label 'a'"):
        read_csv(write("a\n" + "1\n2\n" * 6), label="a").numeric()


# Round trip

# NUL marks a binary file; a lone carriage return ends a row, and Python's csv writer does not quote it before 3.13
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=8).map(lambda text: f"w{text}w")
CELLS = {
    "numeric": st.floats(allow_nan=False, allow_infinity=False),
    "integer": st.integers(-(2**53), 2**53),
    "boolean": st.booleans(),
    "category": TEXT,
    "date": st.datetimes(pd.Timestamp(1700, 1, 1), pd.Timestamp(2200, 1, 1)).map(lambda t: t.replace(microsecond=0)),
}
DTYPES = {"numeric": "float64", "integer": "int64", "boolean": "bool", "category": "object", "date": "datetime64[ns]"}


@st.composite
def frames(draw):
    n = draw(st.integers(10, 20))
    names = draw(st.lists(TEXT, min_size=1, max_size=5, unique=True))
    kinds = {name: draw(st.sampled_from(list(CELLS))) for name in names}
    columns = {name: draw(st.lists(CELLS[kind], min_size=n, max_size=n)) for name, kind in kinds.items()}
    assume(all(len(set(values)) > 1 for values in columns.values()))
    return pd.DataFrame({name: pd.Series(columns[name], dtype=DTYPES[kinds[name]]) for name in names}), kinds


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames(), st.sampled_from([",", ";", "\t"]))
def test_what_pandas_writes_comes_back(tmp_path, pair, separator):
    frame, kinds = pair
    path = tmp_path / "frame.csv"
    frame.to_csv(path, index=False, sep=separator)
    table = read_csv(path, separator=separator)
    assert table.kinds == kinds
    assert list(table.frame) == list(frame)
    for name in frame:
        np.testing.assert_array_equal(table.frame[name].to_numpy(), frame[name].to_numpy())


def test_what_stands_between_the_names_alone_separates_nothing(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("w|w\n" + "1\n2\n" * 5, encoding="utf-8")
    assert list(read_csv(path).frame) == ["w|w"]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames(), st.randoms(use_true_random=False), st.sampled_from(MISSING_MARKERS))
def test_missing_values_come_back_missing(tmp_path, pair, random, marker):
    frame, kinds = pair
    path = tmp_path / "frame.csv"
    # the first two different values of each column stay, so that no column becomes constant
    holes = pd.DataFrame({name: [random.random() < 0.3 for _ in frame[name]] for name in frame})
    for name in frame:
        holes.loc[[0, (frame[name] != frame[name][0]).idxmax()], name] = False
    frame.astype(object).mask(holes).to_csv(path, index=False, na_rep=marker)
    table = read_csv(path, separator=",", missing="keep")
    assert table.kinds == kinds
    np.testing.assert_array_equal(table.frame.isna().to_numpy(), holes.to_numpy())
    for name in frame:
        kept = ~holes[name].to_numpy()
        np.testing.assert_array_equal(table.frame[name].to_numpy()[kept], frame[name].to_numpy()[kept])
