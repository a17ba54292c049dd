"""Generators: what learns from records and makes new ones."""

from course_lib.generators.base import Generator, clone
from course_lib.generators.categorical import Categorical
from course_lib.generators.gaussian import Gaussian

__all__ = ["Categorical", "Gaussian", "Generator", "clone"]
