"""From the bytes of a CSV file to rows of text: encoding, separator, and the number of fields in every row.

pandas alone would not do for a stranger's file: it fills short rows with missing values and takes a surplus first
field for row names, both without a word. The standard csv module reports each row as it stands, with its line.
"""

import codecs
import csv
import io
import itertools
import json
import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Rows", "is_unicode", "read_rows"]

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

# How the files that people most often mistake for a CSV begin
_FORMATS = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls); open it and save it as CSV",
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"%PDF": "a PDF document",
    b"PAR1": "a Parquet file; pandas.read_parquet opens it, and to_csv(..., index=False) saves it as CSV",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
}


@dataclass(frozen=True)
class Rows:
    """A CSV file as text.

    Attributes
    ----------
    names : list of str
        The fields of the first row.
    cells : list of list of str
        The fields of all other rows, without spaces at their ends; each row has as many as there are names.
    lines : list of int
        The line of the file on which each row begins, counted from 1.
    notes : list of str
        What was found out and not asked for.
    """

    names: list[str]
    cells: list[list[str]]
    lines: list[int]
    notes: list[str]


def read_rows(path, *, separator=None, encoding=None):
    """Read a CSV file with a first row of names into rows of text; see `course_lib.data.read_csv` for the parameters.

    Raises
    ------
    ValueError
        If the file is not a CSV, cannot be decoded, has no rows, or has a row with too few or too many fields.
    """
    path = Path(path)
    if encoding is not None and not isinstance(encoding, str):
        raise ValueError(f"encoding must be a name such as 'utf-8' or 'cp1252', got {encoding!r}")
    raw = path.read_bytes()
    if not raw.strip():
        raise ValueError(f"{path} is empty ({len(raw)} bytes); a row of names and rows of values are needed")
    notes = []
    _refuse_other_formats(path, raw, encoding)
    text = _decode(path, raw, encoding, notes)
    _refuse_other_text(path, text)
    if separator is None:
        separator = _sniff_separator(path, text, notes)
    elif not isinstance(separator, str) or len(separator) != 1 or separator in '"\r\n':
        raise ValueError(f"separator must be a single character such as ',' or ';', got {separator!r}")
    numbered = _parse(path, text, separator)
    (_, names), numbered = numbered[0], numbered[1:]
    _check_names(path, names)
    if not numbered:
        raise ValueError(f"{path} has no rows: only the line of names ({', '.join(names)}) is there")
    _check_lengths(path, names, numbered)
    lines, cells = zip(*numbered, strict=True)
    return Rows(names, list(cells), list(lines), notes)


def _refuse_other_formats(path, raw, encoding):
    found = next((what for start, what in _FORMATS.items() if raw.startswith(start)), None)
    if raw.startswith(b"PK\x03\x04"):
        # an .xlsx or .ods file is a zip archive, whose directory names its parts in plain bytes
        workbook = b"xl/workbook" in raw or b"opendocument.spreadsheet" in raw
        found = (
            "a spreadsheet (.xlsx or .ods); open it and save it as CSV"
            if workbook
            else "a zip archive; unpack it first"
        )
    if found is None and b"\0" in raw and not _is_utf16(raw, encoding):
        found = (
            f"binary data (a NUL byte at offset {raw.index(0)}), or text saved as UTF-16: then pass encoding='utf-16'"
        )
    if found:
        raise ValueError(f"{path} is not a CSV file: it is {found}")


def _is_utf16(raw, encoding):
    if encoding is not None:
        return encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32"))
    return raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _decode(path, raw, encoding, notes):
    if encoding is None:
        encoding = "utf-16" if _is_utf16(raw, None) else "utf-8-sig"
        if encoding == "utf-16":
            notes.append("the text is encoded as UTF-16, as its first two bytes say")
    try:
        text = raw.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise ValueError(
            f"encoding {encoding!r} is not known; try 'utf-8', 'utf-8-sig', 'cp1252' or 'utf-16'"
        ) from None
    except UnicodeError as error:
        raise ValueError(_decoding_failed(path, raw, encoding, error)) from None
    if not raw.isascii() and not encoding.lower().startswith("utf") and _is_utf8(raw):
        notes.append(
            f"read as {encoding}, but the bytes are valid UTF-8 too: if accents look wrong, leave out encoding="
        )
    return text


def _decoding_failed(path, raw, encoding, error):
    offset = getattr(error, "start", 0)
    line_start = raw.rfind(b"\n", 0, offset) + 1
    context = raw[max(line_start, offset - 15) : offset + 10].splitlines()[0].decode("cp1252", errors="replace")
    line = raw.count(b"\n", 0, offset) + 1
    return (
        f"{path} is not encoded as {encoding}: byte 0x{raw[offset]:02x} on line {line} (offset {offset}) does not fit. "
        f"In cp1252, usual for files from Windows, the place reads {context!r}. Pass encoding='cp1252' if that is "
        "right; else try 'utf-8', 'utf-8-sig' or the encoding of the program that saved the file"
    )


def is_unicode(raw):
    """Say whether the bytes are text in UTF-8, or in UTF-16 as their first two bytes say."""
    return _is_utf16(raw, None) or _is_utf8(raw)


def _is_utf8(raw):
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _refuse_other_text(path, text):
    start = text.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html", "<?xml")):
        raise ValueError(
            f"{path} is not a CSV file: it begins with {start[:15]!r}, so it is a web page or XML. "
            "A download that needed a login often saves such a page"
        )
    if start.startswith(("{", "[")):
        try:
            json.loads(text)
        except ValueError:
            return
        raise ValueError(f"{path} is not a CSV file: it is JSON; pandas.read_json may open it")


def _sniff_separator(path, text, notes):
    """Take the separator that cuts most of the first rows into as many fields as the names have."""
    agreement = {}
    for separator in _SEPARATORS:
        try:
            rows = list(itertools.islice(_records(text, separator), 100))
        except csv.Error:
            continue
        width = len(rows[0][1])
        # What stands between the names alone is a part of a name.
        if width > 1 and (len(rows) == 1 or any(len(row) > 1 for _, row in rows[1:])):
            agreement[separator] = sum(len(row) == width for _, row in rows) / len(rows)
    best = [separator for separator, share in agreement.items() if share == max(agreement.values())]
    if len(best) > 1:
        choices = " and ".join(f"{_SEPARATORS[each]} ({each!r})" for each in best)
        raise ValueError(f"{path}: {choices} cut the rows equally well; say which one with separator=")
    if not best:
        notes.append("no separator was found: the file is read as one column")
        return ","
    if best[0] != ",":
        notes.append(f"the fields are separated by a {_SEPARATORS[best[0]]}")
    return best[0]


def _records(text, separator):
    """Yield (line on which it begins, fields) for each row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    line, width = 1, None
    for row in reader:
        fields = [field.strip() for field in row]
        # in a file of one column an empty field, written "", is a missing value; an empty line never is
        if fields and (fields != [""] or width == 1):
            width = width or len(fields)
            yield line, fields
        line = reader.line_num + 1


def _parse(path, text, separator):
    records = []
    try:
        for record in _records(text, separator):
            records.append(record)
    except csv.Error as error:
        line = records[-1][0] + 1 if records else 1
        raise ValueError(
            f"{path}: the row that begins near line {line} cannot be read ({error}). "
            "A quotation mark that is opened must be closed before the next separator"
        ) from None
    return records


_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)


def _check_names(path, names):
    for place, name in enumerate(names, start=1):
        first = names.index(name) + 1
        if first < place:
            raise ValueError(f"{path}: columns {first} and {place} have the same name {name!r}; names must differ")
    if all(_NUMBER.fullmatch(name) for name in names):
        raise ValueError(
            f"{path}: the first row must hold the names of the columns, got only numbers ({', '.join(names[:5])}). "
            "Add a row of names; if these are names, put a letter before them"
        )


def _check_lengths(path, names, numbered):
    wrong = [(line, len(row)) for line, row in numbered if len(row) != len(names)]
    if not wrong:
        return
    shown = ", ".join(f"line {line} has {count}" for line, count in wrong[:3]) + (", ..." if len(wrong) > 3 else "")
    raise ValueError(
        f"{path}: {len(wrong)} of {len(numbered)} rows do not have the {len(names)} fields that the names have: "
        f"{shown}. A value that holds the separator (a comma in a number or a text) must stand in quotation marks; "
        "a title above the row of names must go"
    )
