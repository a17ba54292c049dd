"""Generators: what learns from records and makes new ones."""

from importlib import import_module

from course_lib.generators.base import Generator, clone
from course_lib.generators.categorical import Categorical
from course_lib.generators.copula import GaussianCopula
from course_lib.generators.gaussian import Gaussian
from course_lib.generators.kernel import Kernel
from course_lib.generators.linear import Fixed, LeastSquares
from course_lib.generators.mixture import Mixture
from course_lib.generators.ngram import NGram
from course_lib.generators.poisson import Poisson
from course_lib.generators.private_copula import PrivateCopula
from course_lib.generators.tally import Tally

_TRAINED = {
    "Diffusion": "diffusion",
    "GAN": "gan",
    "LanguageModel": "language",
    "VAE": "vae",
}  # these import torch, which takes seconds, so they are imported when they are asked for

__all__ = [
    "GAN",
    "VAE",
    "Categorical",
    "Diffusion",
    "Fixed",
    "Gaussian",
    "GaussianCopula",
    "Generator",
    "Kernel",
    "LanguageModel",
    "LeastSquares",
    "Mixture",
    "NGram",
    "Poisson",
    "PrivateCopula",
    "Tally",
    "clone",
]


def __getattr__(name):
    if name not in _TRAINED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_TRAINED[name]}"), name)
