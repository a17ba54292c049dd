"""Data: real tables, pictures and text that come with the installed libraries, toys of known density, your own file.

Nothing here touches the network. What is needed again and again as fresh data has `sample(n, *, rng)`.
"""

from course_lib.data.codec import TableCodec
from course_lib.data.dataset import About, Dataset
from course_lib.data.diabetes import diabetes
from course_lib.data.digits import digits, picture_grid
from course_lib.data.driving import Road, calibrated_simulator, camera, in_bend, simulator
from course_lib.data.health import health
from course_lib.data.patients import patients
from course_lib.data.photographs import Photograph, paint, photographs, reduce_colours
from course_lib.data.tables import Table, read_csv
from course_lib.data.text import Text, manual, manual_page
from course_lib.data.toys import Modes, TwoMoons, grid, ring, two_gaussians, two_moons
from course_lib.data.transactions import CardPayments

__all__ = [
    "About",
    "CardPayments",
    "Dataset",
    "Modes",
    "Photograph",
    "Road",
    "Table",
    "TableCodec",
    "Text",
    "TwoMoons",
    "calibrated_simulator",
    "camera",
    "diabetes",
    "digits",
    "grid",
    "health",
    "in_bend",
    "manual",
    "manual_page",
    "paint",
    "patients",
    "photographs",
    "picture_grid",
    "read_csv",
    "reduce_colours",
    "ring",
    "simulator",
    "two_gaussians",
    "two_moons",
]
