"""Generators: what learns from records and makes new ones."""

from course_lib.generators.base import Generator, clone
from course_lib.generators.categorical import Categorical
from course_lib.generators.gaussian import Gaussian
from course_lib.generators.kernel import Kernel
from course_lib.generators.linear import Fixed, LeastSquares
from course_lib.generators.mixture import Mixture
from course_lib.generators.ngram import NGram
from course_lib.generators.poisson import Poisson

__all__ = [
    "Categorical",
    "Fixed",
    "Gaussian",
    "Generator",
    "Kernel",
    "LeastSquares",
    "Mixture",
    "NGram",
    "Poisson",
    "clone",
]
