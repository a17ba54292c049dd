"""Closed forms: what the experiments of the course should give, each with its conditions and its source.

`docs/claims.md` lists every claim beside the value that a simulation through the loop gives. A paper is named only for
what was read in it; "one can show" stands where the formula is derived here, and the derivation follows in two lines.
"""

from course_lib.theory.accumulation import *  # noqa: F403
from course_lib.theory.chains import *  # noqa: F403
from course_lib.theory.evidence import *  # noqa: F403
from course_lib.theory.gaussian import *  # noqa: F403
from course_lib.theory.kernels import *  # noqa: F403
from course_lib.theory.latent import *  # noqa: F403
from course_lib.theory.monitoring import *  # noqa: F403
from course_lib.theory.pool import *  # noqa: F403
from course_lib.theory.presence import *  # noqa: F403
from course_lib.theory.privacy import *  # noqa: F403
from course_lib.theory.regression import *  # noqa: F403
from course_lib.theory.remedies import *  # noqa: F403
