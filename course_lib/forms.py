"""The forms in which a prediction is asked for: a number, one of several texts, or a curve.

Of each form `needs` says what is asked for, and `span` is the width of the range that is asked for. `parse` checks a
learner's value, `as_truth` an outcome; the widget that `control` makes has the answer as its `value`. `by_keyboard`
says how the widget is used by keyboard, where it does not say so itself and a reader would not guess.
"""

import numbers
from decimal import Decimal

import numpy as np

from course_lib.validate import as_number

__all__ = ["Choice", "Curve", "Number", "form"]


def form(*, low=None, high=None, step=None, unit="", at=None, along="", choices=None, start=None):
    """Return the form that fits the arguments of `lesson.predict`.

    Raises
    ------
    ValueError
        If none or several forms are asked for.
    """
    missing = {low is None, high is None, step is None}
    if missing != {choices is not None} or (at is not None and choices is not None):
        raise ValueError(
            "ask for a number with low, high and step, for a curve with at besides, or for one of several texts with "
            "choices alone"
        )
    if choices is not None:
        return Choice(choices)
    number = Number(low, high, step, unit)
    return number if at is None else Curve(number, at, along, start)


class Number:
    """A number in a range, set by a slider."""

    by_keyboard = ""

    def __init__(self, low, high, step, unit):
        if not (step > 0 and low < high):
            raise ValueError(f"low must be below high and step positive, got low={low}, high={high}, step={step}")
        self.low, self.high, self.step, self.unit = low, high, step, unit
        self.span = high - low
        self.decimals = max(0, -Decimal(str(step)).normalize().as_tuple().exponent)
        self.needs = f"a number from {self.say(low)} to {self.say(high)}"

    def parse(self, value, name):
        """Return the value as it is kept, or raise ValueError."""
        is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if not is_number or not self.low <= value <= self.high:
            raise ValueError(f"{name} must be {self.needs}, got {value!r}")
        return round(float(value), self.decimals)

    def as_truth(self, value):
        """Return an outcome as it is kept, or raise ValueError."""
        return float(as_number(value, "truth"))  # it may lie outside of the range that was asked for

    def say(self, value):
        """Return the value in words."""
        return f"{value:.{self.decimals}f} {self.unit}".strip()

    def control(self, kept):
        """Return the widget; `kept` is the last prediction, or None."""
        import ipywidgets

        middle = self.low + self.step * round((self.high - self.low) / self.step / 2)
        return ipywidgets.FloatSlider(
            min=self.low,
            max=self.high,
            step=self.step,
            value=middle if kept is None else kept,
            readout_format=f".{self.decimals}f",
            description=f"Your prediction{f' ({self.unit})' if self.unit else ''}",
            style={"description_width": "initial"},
            layout={"width": "min(100%, 40em)"},
        )


class Choice:
    """One of several texts."""

    span = 0
    by_keyboard = "By keyboard: Tab to one of them, then Space."  # JupyterLab takes the arrows to go to the next cell

    def __init__(self, choices):
        if len(choices) < 2:
            raise ValueError(f"choices must hold at least two texts, got {choices!r}")
        self.choices = list(choices)
        self.needs = "one of " + ", ".join(f'"{choice}"' for choice in self.choices)

    def parse(self, value, name):
        """Return the value as it is kept, or raise ValueError."""
        if value not in self.choices:
            raise ValueError(f"{name} must be {self.needs}; got {value!r}")
        return value

    def as_truth(self, value):
        """Return an outcome as it is kept, or raise ValueError."""
        return self.parse(value, "truth")

    def say(self, value):
        """Return the value in words."""
        return f"“{value}”"

    def control(self, kept):
        """Return the widget; `kept` is the last prediction, or None."""
        import ipywidgets

        return ipywidgets.RadioButtons(
            options=self.choices,
            value=kept,
            description="Your prediction",
            style={"description_width": "initial"},
            layout={"width": "auto"},
        )


class Curve:
    """Heights at given places, set by one slider each, which stand side by side below the curve that they make."""

    by_keyboard = ""

    def __init__(self, number, at, along, start):
        self.number, self.along = number, along
        self.at = [float(x) for x in at]
        if len(self.at) < 2 or sorted(set(self.at)) != self.at:
            raise ValueError(f"at must hold at least two numbers in rising order, got {at!r}")
        self.span = number.span
        self.needs = f"a list of {len(self.at)} numbers from {number.say(number.low)} to {number.say(number.high)}"
        middle = number.low + number.step * round(number.span / number.step / 2)
        self.start = [middle] * len(self.at) if start is None else self.parse(start, "start")

    def parse(self, value, name):
        """Return the value as it is kept, or raise ValueError."""
        if not isinstance(value, list | tuple | np.ndarray) or len(value) != len(self.at):
            raise ValueError(f"{name} must be {self.needs}, got {value!r}")
        return [self.number.parse(each, name) for each in value]

    def as_truth(self, value):
        """Return an outcome as it is kept, or raise ValueError."""
        value = [self.number.as_truth(each) for each in value]
        if len(value) != len(self.at):
            raise ValueError(f"truth must have one height for each of {self.at}, got {len(value)}")
        return value

    def say(self, value):
        """Return the value in words."""
        heights = ", ".join(f"{self.number.say(y)} at {x:g}" for x, y in zip(self.at, value, strict=True))
        return f"{heights} ({self.along})" if self.along else heights

    def control(self, kept):
        """Return the widget; `kept` is the last prediction, or None."""
        from course_lib.curve import CurveControl

        return CurveControl(self, self.start if kept is None else kept)
