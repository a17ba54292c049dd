"""A course on synthetic data and model collapse: the reference implementations that its lessons use.

Everything is one of five things, and each has one home: data (`course_lib.data`), generators
(`course_lib.generators`), policies (`course_lib.policies`), metrics (`course_lib.metrics`), and the loop in which they
meet (`course_lib.loop`).
"""

try:
    import numpy  # noqa: F401
except ModuleNotFoundError:
    # The usual way to come here is another Python than the course's own: say so, also to `-m course_lib.check_env`.
    from course_lib.check_env import check_environment, report

    raise ModuleNotFoundError("course_lib cannot run in this Python.\n" + report(check_environment())) from None

from course_lib.generators import (
    Categorical,
    Fixed,
    Gaussian,
    GaussianCopula,
    Kernel,
    LeastSquares,
    Mixture,
    NGram,
    Poisson,
    PrivateCopula,
)
from course_lib.loop import History, self_consume
from course_lib.policies import Accumulate, AccumulateSubsample, Augment, Fresh, Mix, Replace
from course_lib.records import Records
from course_lib.shared_pool import SharedPool
from course_lib.sweep import sweep

__version__ = "0.1.0"

__all__ = [
    "Accumulate",
    "AccumulateSubsample",
    "Augment",
    "Categorical",
    "Fixed",
    "Fresh",
    "Gaussian",
    "GaussianCopula",
    "History",
    "Kernel",
    "LeastSquares",
    "Mix",
    "Mixture",
    "NGram",
    "Poisson",
    "PrivateCopula",
    "Records",
    "Replace",
    "SharedPool",
    "self_consume",
    "sweep",
]
