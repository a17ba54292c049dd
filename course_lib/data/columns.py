"""From the text of a column to its kind and its values.

Columns come as pandas Series of text whose index is the line in the file, so that every message can name a place.
"""

import re

import numpy as np

__all__ = ["KINDS", "Numbers", "convert", "find_decimal", "infer_kind"]

KINDS = ("numeric", "integer", "boolean", "category", "date")

_TRUTH = {"true": True, "yes": True, "false": False, "no": False}

_DATES = {
    "ISO8601": re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?", re.ASCII),
    "%d.%m.%Y": re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}", re.ASCII),
    "%d/%m/%Y": re.compile(r"\d{1,2}/\d{1,2}/\d{4}", re.ASCII),
    "%m/%d/%Y": re.compile(r"\d{1,2}/\d{1,2}/\d{4}", re.ASCII),
}

_SIGNS = "%€$£¥° "  # what often stands beside a number and keeps it from being one

_LARGEST_EXACT = 2**53  # above it float64 skips whole numbers


class Numbers:
    """How numbers are written: with a decimal point and commas between thousands, or the other way round."""

    def __init__(self, decimal):
        self.decimal = decimal
        self.thousands = "," if decimal == "." else "."
        point, comma = re.escape(self.decimal), re.escape(self.thousands)
        whole = rf"(?:\d+|[1-9]\d{{0,2}}(?:{comma}\d{{3}})+)"
        self._integer = re.compile(rf"[+-]?{whole}", re.ASCII)
        self._number = re.compile(rf"[+-]?(?:{whole}(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?", re.ASCII)

    def is_integer(self, text):
        """Say whether the text is a whole number, written without decimals."""
        return self._integer.fullmatch(text) is not None

    def is_number(self, text):
        """Say whether the text is a number."""
        return self._number.fullmatch(text) is not None

    def plain(self, text):
        """Return the text as Python writes numbers."""
        return text.replace(self.thousands, "").replace(self.decimal, ".")


def find_decimal(path, cells, notes, *, otherwise=None):
    """Return the decimal sign that the columns of numbers agree on; a point where nothing tells.

    Parameters
    ----------
    path : str or path-like
        The file, for messages.
    cells : pandas.DataFrame of str
        Missing values are NaN; the index is the line in the file.
    notes : list of str
        Gets a sentence where a decimal comma was found.
    otherwise : {".", ","}, optional
        What to return where the columns disagree or leave it open.

    Raises
    ------
    ValueError
        If columns disagree, or the only commas stand where they could separate thousands, and `otherwise` is not given.
    """
    if otherwise is None and not any(cells[name].str.contains(",", regex=False).any() for name in cells):
        return "."
    point, comma = Numbers("."), Numbers(",")
    seen = {}  # (reads with a point, reads with a comma) -> the first place where a number does
    for name in cells:
        distinct = cells[name].dropna().drop_duplicates()
        reads = [(point.is_number(text), comma.is_number(text)) for text in distinct]
        if not all(map(any, reads)):
            continue  # a column of words says nothing about numbers
        for line, text, read in zip(distinct.index, distinct, reads, strict=True):
            if read != (True, True) or "," in text:
                seen.setdefault(read, f"column {name!r}, line {line}: {text!r}")
    only_point, only_comma, either = ((True, False), (False, True), (True, True))
    if otherwise is not None and (only_point in seen) == (only_comma in seen):
        return otherwise
    if only_point in seen and only_comma in seen:
        raise ValueError(
            f"{path}: some numbers have a decimal point ({seen[only_point]}) and some a decimal comma "
            f"({seen[only_comma]}); say which is right with decimal='.' or decimal=','"
        )
    if only_comma in seen:
        notes.append(f"numbers are written with a decimal comma ({seen[only_comma]})")
        return ","
    if either in seen and only_point not in seen:
        raise ValueError(
            f"{path}: a comma before three digits can mean decimals or thousands ({seen[either]}); say which with "
            "decimal=',' or decimal='.'"
        )
    return "."


def infer_kind(path, texts, numbers, notes):
    """Return the kind of a column from its values, those not missing, as text."""
    name, distinct = texts.name, list(texts.unique())
    if all(map(numbers.is_integer, distinct)):
        reason = _why_not_an_amount(numbers, distinct)
        if reason is None:
            return "integer"
        notes.append(f"column {name!r} is read as a category, not as amounts: {reason}")
        return "category"
    if all(map(numbers.is_number, distinct)):
        return "numeric"
    if {text.lower() for text in distinct} <= _TRUTH.keys():
        return "boolean"
    formats = _date_formats(distinct)
    if len(formats) == 1:
        return "date"
    if formats:
        notes.append(f"column {name!r} looks like dates, but day and month cannot be told apart: read as a category")
        return "category"
    _refuse_near_numbers(path, texts, numbers)
    return "category"


def _refuse_near_numbers(path, texts, numbers):
    """Refuse to call a column a category when it is nearly, or in the other way of writing, one of numbers."""
    is_number = texts.map(numbers.is_number)
    insist = f"or pass kinds={{{texts.name!r}: 'category'}}"
    if is_number.mean() > 0.5:
        bad = texts[~is_number]
        raise ValueError(
            f"{path}: {is_number.sum()} of {len(texts)} values of column {texts.name!r} are numbers, but line "
            f"{bad.index[0]} has {bad.iloc[0]!r}. Correct the file, add the word to missing_markers, {insist}"
        )
    if texts.map(Numbers(numbers.thousands).is_number).all():
        raise ValueError(
            f"{path}: column {texts.name!r} holds numbers with {numbers.thousands!r} as decimal sign (line "
            f"{texts.index[0]}: {texts.iloc[0]!r}), but decimal is {numbers.decimal!r}. Correct one of "
            f"the two, {insist}"
        )
    if texts.str.strip(_SIGNS).map(numbers.is_number).all():
        raise ValueError(
            f"{path}: column {texts.name!r} holds numbers with a sign for their unit (line {texts.index[0]}: "
            f"{texts.iloc[0]!r}). Say the unit in the name of the column and leave only numbers in it, {insist}"
        )


def _why_not_an_amount(numbers, distinct):
    for text in distinct:
        digits = numbers.plain(text).lstrip("+-")
        if len(digits) > 1 and digits.startswith("0"):
            return f"{text!r} begins with a zero"
        if int(digits) > _LARGEST_EXACT:
            return f"{text!r} has more digits than float64 keeps"
    return None


def _date_formats(distinct):
    """Return the formats under which all the texts are dates that exist."""
    import pandas as pd

    fitting = [form for form, pattern in _DATES.items() if all(map(pattern.fullmatch, distinct))]
    return [form for form in fitting if pd.to_datetime(distinct, format=form, errors="coerce").notna().all()]


def _require(path, texts, fits, needed):
    bad = texts[~np.asarray(fits, dtype=bool)]
    if len(bad):
        raise ValueError(
            f"{path}: column {texts.name!r} must hold {needed}; line {bad.index[0]} has {bad.iloc[0]!r} "
            f"({len(bad)} of {len(texts)} values do not fit)"
        )


def _to_numeric(path, texts, numbers):
    _require(path, texts, texts.map(numbers.is_number), f"numbers (with {numbers.decimal!r} as decimal sign)")
    values = texts.map(numbers.plain).astype(np.float64)
    _require(path, texts, np.isfinite(values), "numbers that float64 can hold")
    return values


def _to_integer(path, texts, numbers):
    _require(path, texts, texts.map(numbers.is_integer), "whole numbers")
    values = texts.map(lambda text: int(numbers.plain(text)))
    _require(path, texts, abs(values) <= _LARGEST_EXACT, "whole numbers up to 2^53")
    return values.astype("Int64")


def _to_boolean(path, texts, numbers):
    values = texts.str.lower().map(_TRUTH | {"1": True, "0": False, "1.0": True, "0.0": False})
    _require(path, texts, values.notna(), "true or false, yes or no, 1 or 0")
    return values.astype("boolean")


def _to_category(path, texts, numbers):
    return texts.astype("category")


def _to_date(path, texts, numbers):
    import pandas as pd

    formats = _date_formats(list(texts.unique()))
    if len(formats) != 1:
        raise ValueError(
            f"{path}: column {texts.name!r} must hold dates that can be read in one way only; line {texts.index[0]} "
            f"has {texts.iloc[0]!r}. Year-month-day, as in 2024-12-31, always can"
        )
    return pd.to_datetime(texts, format=formats[0])


_CONVERT = {
    "numeric": _to_numeric,
    "integer": _to_integer,
    "boolean": _to_boolean,
    "category": _to_category,
    "date": _to_date,
}


def convert(path, column, kind, numbers):
    """Return the values of a column of text as the given kind.

    Parameters
    ----------
    path : str or path-like
        The file, for messages.
    column : pandas.Series of str
        Missing values are NaN; the index is the line in the file.
    kind : str
        One of `KINDS`.
    numbers : Numbers

    Returns
    -------
    pandas.Series
        Of NumPy's own type where nothing is missing, else of the pandas type that allows it.

    Raises
    ------
    ValueError
        If a value does not fit the kind; names its line.
    """
    values = _CONVERT[kind](path, column.dropna(), numbers).reindex(column.index)
    plain = {"Int64": np.int64, "boolean": np.bool_}.get(str(values.dtype))
    return values if plain is None or values.isna().any() else values.astype(plain)
