"""Driving: small grey pictures of a road, drawn by a program that knows what it draws, so that every label is exact."""

from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from course_lib.data.dataset import About
from course_lib.records import Records
from course_lib.validate import as_array, as_count, as_fraction, as_rng

__all__ = ["Road", "calibrated_simulator", "camera", "in_bend", "simulator"]

SHAPE = (32, 32)
LABELS = ("offset", "curvature", "obstacle")
UNITS = ("m", "1/km", "1")
MAX_OFFSET, MAX_CURVATURE = 1.0, 15.0  # in these units; a curvature of 15/km is a bend of 67 m radius
BEND = 8.0  # 1/km: what counts as a bend, a radius below 125 m

_FOCAL = 28.0  # pixels: 32 of them see an angle of 59 degrees
_HEIGHT = 1.4  # m, of the camera above the road
_HORIZON = 10.0  # rows from the top
_HALF_LANE, _LINE = 1.75, 0.2  # m: from the middle of the lane to a line; width of the line
_ROAD = (-5.25, 2.25)  # m from the middle of our lane: another lane on the left, a shoulder on the right
_BOX = (1.7, 1.4)  # m: width and height of the obstacle, as seen from behind
_SKY = 0.75
_BLOCK = 128  # pictures at a time, so that the arrays of one block stay in the cache

# What changes a picture and none of its labels: the plain simulator's value, the simulator's widest range, and the
# camera's. A range of one value means that this side does not know the effect.
_EFFECTS = {
    "light": (1.0, (0.6, 1.2), (0.6, 1.2)),  # factor on all grey values
    "surface": (0.35, (0.2, 0.5), (0.25, 0.5)),  # grey of the road
    "verge": (0.5, (0.3, 0.7), (0.3, 0.65)),  # grey beside it
    "paint": (0.9, (0.6, 1.0), (0.65, 0.95)),  # grey of a line
    "wear": (0.0, (0.0, 0.5), (0.1, 0.5)),  # share of a line's rows that are worn away
    "box": (0.1, (0.05, 0.15), (0.05, 0.2)),  # grey of the obstacle
    "fog": (0.0, (0.0, 0.03), (0.0, 0.03)),  # per metre: a surface at z metres is hidden by 1 - exp(-fog z)
    "noise": (0.02, (0.01, 0.05), (0.01, 0.04)),  # standard deviation, per pixel
    "pitch": (0.0, (-1.0, 1.0), (-1.0, 1.0)),  # rows by which the horizon is lower than planned
    "blur": (0.0, (0.0, 0.0), (0.05, 0.25)),  # weight of each neighbour in a kernel of three, along both axes
    "vignette": (0.0, (0.0, 0.0), (0.2, 0.6)),  # loss of light in the corners
    "gamma": (1.0, (1.0, 1.0), (0.7, 1.3)),  # exponent of the camera's curve
    "shadow": (0.0, (0.0, 0.0), (0.0, 0.4)),  # loss of light in a slanted bar across the road
    "seam": (0.0, (0.0, 0.0), (-0.12, 0.2)),  # a line of tar or a bright joint along the road, against its grey
    "banding": (0.0, (0.0, 0.0), (0.0, 0.03)),  # standard deviation, per row
}
_CALIBRATED = ("light", "blur", "vignette", "gamma", "pitch", "shadow")  # seen on a test bench and in the first drives


@dataclass(frozen=True, kw_only=True)
class Road:
    """A source of road pictures of 32 by 32 grey values, with labels that are exact by construction.

    A camera looks along a lane of 3.5 m between two painted lines. The picture shows where the car stands in its lane,
    how the road bends, and at times a dark box in the lane ahead. All else is an *effect*: it changes the picture and
    none of the labels.

    Parameters
    ----------
    effects : mapping of str to (float, float)
        Between which values each effect is drawn, uniformly and for every drive anew; see `simulator`, `camera`.
    obstacles : float in [0, 1]
        Share of pictures with an obstacle.
    frames_per_drive : int
        So many pictures in a row come from one drive: their labels differ, and all their effects are the same.

    Notes
    -----
    Model card. Made for: teaching what a simulator can and cannot replace. Labels (columns of y): `offset`, metres by
    which the car is right of the middle of its lane, uniform in ±1; `curvature` of the road, 1/km, positive to the
    right, 15 s|s| with s uniform in ±1, so that most of the road is nearly straight; `obstacle`, 1 or 0, at 6 to 18 m.
    The three are independent. Geometry: a pinhole camera over a flat road, z = f h / v at v rows below the horizon,
    the middle of the lane at −offset + curvature z²/2; a pixel's grey is the mean of what the middle line of its row
    crosses. Left out: hills, other cars, night, rain on the lens, everything beside the road. *No picture is real*: the
    "camera" is a second program with effects that the first one lacks. Not fit for: any statement about a real road.
    """

    effects: dict[str, tuple[float, float]] = field(repr=False)
    obstacles: float = 0.1
    frames_per_drive: int = 1

    def __post_init__(self):
        as_fraction(self.obstacles, "obstacles")
        as_count(self.frames_per_drive, "frames_per_drive")
        if set(self.effects) != set(_EFFECTS):
            raise ValueError(f"effects must give a range for each of {', '.join(_EFFECTS)}; got {list(self.effects)}")
        for name, limits in self.effects.items():
            if as_array(limits, f"effects[{name!r}]").shape != (2,) or limits[0] > limits[1]:
                raise ValueError(f"effects[{name!r}] must be (low, high) with low at most high, got {limits!r}")
        object.__setattr__(self, "effects", MappingProxyType(dict(self.effects)))

    @property
    def about(self):
        """Where the pictures come from, and what one row is."""
        return About(
            source="computed by course_lib.data.driving; no camera, no road and no person had a part in it",
            licence="that of this course",
            row=f"one picture, {SHAPE[0]} x {SHAPE[1]} pixels from 0 (black) to 1 (white), row by row",
        )

    def sample(self, n, y=None, *, rng):
        """Draw n pictures.

        Parameters
        ----------
        n : int
        y : array_like, shape (n, 3), optional
            The labels to draw pictures for: offset, curvature, obstacle. None draws them, too.
        rng : numpy.random.Generator

        Returns
        -------
        Records
            x of shape (n, 1024), from 0 to 1; y of shape (n, 3).

        Raises
        ------
        ValueError
            If n is not a positive whole number, or y does not hold n rows of possible labels.
        """
        n, rng = as_count(n, "n"), as_rng(rng)
        y = _draw_labels(n, self.obstacles, rng) if y is None else _as_labels(y, n)
        drives = -(-n // self.frames_per_drive)
        drive = np.arange(n) // self.frames_per_drive
        effects = {name: rng.uniform(*limits, drives)[drive] for name, limits in self.effects.items()}
        # Where a shadow and a seam lie, and how the bar slants: chance that belongs to the drive, too.
        effects |= {name: rng.uniform(-1, 1, drives)[drive] for name in ("shadow at", "shadow slant", "seam at")}
        x = np.empty((n, *SHAPE))
        for start in range(0, n, _BLOCK):
            block = slice(start, start + _BLOCK)
            x[block] = _render(y[block], {name: value[block] for name, value in effects.items()}, rng)
        return Records(x.reshape(n, -1), y)


def simulator(*, randomise=0.0, obstacles=0.1):
    """Return the simulator: a clean road in good light, or one whose looks are drawn from a wide range.

    Parameters
    ----------
    randomise : float in [0, 1]
        Domain randomisation: 0 draws every picture with the same light, surface, paint, wear, fog, noise and pitch; 1
        draws each of them from the simulator's widest range, and a value between from that share of the range around
        the plain one. Effects of lens and sensor, shadows and seams are not in this simulator at any setting.
    obstacles : float in [0, 1]
        Share of pictures with an obstacle.

    Returns
    -------
    Road
    """
    share = as_fraction(randomise, "randomise")
    ranges = {
        name: tuple(plain + share * (limit - plain) for limit in widest)
        for name, (plain, widest, _) in _EFFECTS.items()
    }
    return Road(effects=ranges, obstacles=obstacles)


def calibrated_simulator(*, obstacles=0.1):
    """Return a simulator close to the camera: fully randomised, with optics measured on a test bench, and with shadows.

    Light, blur, vignetting, gamma, pitch and shadows have the camera's ranges. Seams and banding are still missing.
    """
    ranges = {name: seen if name in _CALIBRATED else widest for name, (_, widest, seen) in _EFFECTS.items()}
    return Road(effects=ranges, obstacles=obstacles)


def camera(*, frames_per_drive=1, obstacles=0.1):
    """Return what stands for the road in this course: a second program, with effects that the simulator lacks.

    It blurs, darkens the corners, bends the grey scale, throws shadows, lays seams of tar along the road and bands
    across the picture; its lines are more worn. *It is simulated, too*, which is why its labels are known here; on a
    real road nobody knows them.

    Parameters
    ----------
    frames_per_drive : int
        So many pictures in a row come from one drive and share all effects; 1 makes every picture a drive of its own.
    obstacles : float in [0, 1]
        Share of pictures with an obstacle.
    """
    ranges = {name: seen for name, (_, _, seen) in _EFFECTS.items()}
    return Road(effects=ranges, obstacles=obstacles, frames_per_drive=frames_per_drive)


def in_bend(y):
    """Return whether each row of labels y (..., 3) shows an obstacle in a bend, one of at least 8/km."""
    y = as_array(y, "y", min_ndim=1)
    return (np.abs(y[..., 1]) >= BEND) & (y[..., 2] == 1)


def _draw_labels(n, obstacles, rng):
    s = rng.uniform(-1, 1, n)
    offset = rng.uniform(-MAX_OFFSET, MAX_OFFSET, n)
    return np.stack([offset, MAX_CURVATURE * s * np.abs(s), rng.random(n) < obstacles], axis=-1)


def _as_labels(y, n):
    y = as_array(y, "y", min_ndim=2)
    if y.shape != (n, len(LABELS)):
        raise ValueError(f"y has shape {y.shape}; n = {n} pictures need the shape ({n}, {len(LABELS)}): {LABELS}")
    limits = (MAX_OFFSET, MAX_CURVATURE, 1.0)
    for name, unit, limit, values in zip(LABELS, UNITS, limits, y.T, strict=True):
        low = 0.0 if name == "obstacle" else -limit
        if values.min() < low or values.max() > limit or (name == "obstacle" and not np.isin(values, (0, 1)).all()):
            only = "be 0 or 1" if name == "obstacle" else f"lie between {low:g} and {limit:g} {unit}"
            raise ValueError(f"the {name} in y must {only}, got {values.min():g} to {values.max():g}")
    return y


def _render(y, effects, rng):
    """Return pictures (b, 32, 32) for labels (b, 3) and the effects of each, arrays (b,)."""
    b = len(y)
    rows, columns = (np.arange(size, dtype=np.float32) + np.float32(0.5) for size in SHAPE)
    offset, curvature, obstacle = (part[:, None, None] for part in y.T.astype(np.float32))
    e = {name: value[:, None, None].astype(np.float32) for name, value in effects.items()}
    below = rows[:, None] - (_HORIZON + e["pitch"])  # (b, 32, 1): rows below the horizon
    z = _FOCAL * _HEIGHT / np.maximum(below, 0.4)  # metres ahead; up to 98
    width = z / _FOCAL  # metres across one pixel
    u = columns - SHAPE[1] / 2  # (32,): pixels right of the middle
    left = (u - 0.5) * width - _lane_at(z, offset, curvature)  # (b, 32, 32): of a pixel, metres from the middle

    def strip(low, high):  # share of each pixel that lies in this strip along the lane
        return np.clip((np.minimum(left + width, high) - np.maximum(left, low)) / width, 0, 1)

    picture = e["verge"] + (e["surface"] - e["verge"]) * strip(*_ROAD)
    middle = e["seam at"] * 1.4
    picture += e["seam"] * strip(middle - 0.1, middle + 0.1)
    for side in (-_HALF_LANE, _HALF_LANE):
        kept = rng.random((b, SHAPE[0], 1), dtype=np.float32) >= e["wear"]
        picture += kept * strip(side - _LINE / 2, side + _LINE / 2) * (e["paint"] - picture)
    picture *= 1 - e["shadow"] * (np.abs(u + 16 * e["shadow slant"] * below / 16 - 12 * e["shadow at"]) < 4)
    picture = np.where(below > 0, _SKY + (picture - _SKY) * np.exp(-e["fog"] * z), _SKY)

    away = rng.uniform(6, 18, (b, 1, 1)).astype(np.float32)  # metres to the obstacle
    side = _FOCAL * (_lane_at(away, offset, curvature) + np.array([-0.5, 0.5], np.float32) * _BOX[0]) / away
    top, bottom = _FOCAL * (_HEIGHT - _BOX[1]) / away, _FOCAL * _HEIGHT / away
    across = np.clip(np.minimum(u + 0.5, side[..., 1:]) - np.maximum(u - 0.5, side[..., :1]), 0, 1)
    along = np.clip(np.minimum(below + 0.5, bottom) - np.maximum(below - 0.5, top), 0, 1)
    hidden = _SKY + (e["box"] - _SKY) * np.exp(-e["fog"] * away)
    picture += obstacle * across * along * (hidden - picture)
    return _expose(picture, e, rng)


def _lane_at(z, offset, curvature):
    """Return where the middle of the lane is z metres ahead, in metres right of the camera."""
    return -offset + curvature / 1000 * z**2 / 2


def _expose(picture, e, rng):
    """Return what lens and sensor make of the scene."""
    for axis in (1, 2):
        before, after = ([slice(None)] * 3 for _ in range(2))
        before[axis], after[axis] = [0, *range(SHAPE[0] - 1)], [*range(1, SHAPE[0]), SHAPE[0] - 1]
        picture = picture + e["blur"] * (picture[tuple(before)] + picture[tuple(after)] - 2 * picture)
    from_middle = (np.arange(SHAPE[0], dtype=np.float32) - 15.5) / 15.5
    radius = (from_middle[:, None] ** 2 + from_middle**2) / 2  # 1 in the corners
    picture = np.clip(e["light"] * picture, 0, None) * (1 - e["vignette"] * radius)
    picture = picture ** e["gamma"]
    picture += e["banding"] * rng.standard_normal((len(picture), SHAPE[0], 1), dtype=np.float32)
    picture += e["noise"] * rng.standard_normal(picture.shape, dtype=np.float32)
    return np.clip(picture, 0, 1)
