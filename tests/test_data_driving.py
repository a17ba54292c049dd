"""The road pictures: their geometry read back from the pixels, their effects, their speed, bad input."""

import time

import numpy as np
import pytest

from course_lib.data import Road, calibrated_simulator, camera, in_bend, simulator
from course_lib.data.driving import MAX_CURVATURE

FOCAL, HEIGHT, HORIZON, HALF_LANE = 28.0, 1.4, 10.0, 1.75


def clean(**changes):
    """Return a simulator without noise."""
    effects = dict(simulator().effects) | {"noise": (0.0, 0.0)} | changes
    return Road(effects=effects)


def pictures(y, source=None):
    y = np.atleast_2d(np.asarray(y, dtype=float))
    return (source or clean()).sample(len(y), y, rng=np.random.default_rng(0)).x.reshape(-1, 32, 32)


def painted(y):
    """Return pictures in which nothing but the lines is not black."""
    black = {name: (0.0, 0.0) for name in ("surface", "verge")}
    return pictures(y, clean(**black, paint=(1.0, 1.0)))


def line_middle(row):
    """Return, in pixels right of the middle, where the paint of a row lies: its centre of mass."""
    return (row * (np.arange(32) - 15.5)).sum() / row.sum()


def test_labels_are_read_back_from_a_clean_picture():
    """Where both lines are in view, their middle is f (−offset/z + curvature z/2), which a line through rows gives."""
    rng = np.random.default_rng(0)
    y = np.stack([rng.uniform(-0.2, 0.2, 50), rng.uniform(-2, 2, 50), np.zeros(50)], axis=-1)
    rows = np.arange(14, 18)  # z from 5.2 to 8.7 m: both lines lie inside of the picture
    z = FOCAL * HEIGHT / (rows + 0.5 - HORIZON)
    for (offset, curvature, _), picture in zip(y, painted(y), strict=True):
        middle = np.array([line_middle(picture[row]) for row in rows])
        found, *_ = np.linalg.lstsq(np.stack([-FOCAL / z, FOCAL * z / 2000], axis=-1), middle, rcond=None)
        # A line's centre of mass over whole pixels is off by up to a tenth of a pixel: 2 cm, or 0.9/km.
        assert found[0] == pytest.approx(offset, abs=0.03)
        assert found[1] == pytest.approx(curvature, abs=1.5)


def test_lines_lie_where_the_geometry_says():
    row, picture = 15, painted([0.0, 0.0, 0.0])[0]
    z = FOCAL * HEIGHT / (row + 0.5 - HORIZON)
    expected = FOCAL * HALF_LANE / z
    right = picture[row, 16:]
    assert (right * np.arange(0.5, 16)).sum() / right.sum() == pytest.approx(expected, abs=0.1)
    np.testing.assert_allclose(picture[row, 9:16], picture[row, 16:23][::-1], atol=1e-6)  # the lane is symmetric


def test_the_car_moves_right_and_the_lane_left():
    left, right = painted([[-0.2, 0, 0], [0.2, 0, 0]])
    assert line_middle(left[15]) > line_middle(right[15])


def test_an_obstacle_changes_the_lane_ahead_and_nothing_below():
    without, with_box = pictures([[0, 0, 0], [0, 0, 1]])
    changed = np.argwhere(np.abs(with_box - without) > 0.05)
    assert len(changed) > 4
    assert changed[:, 0].max() <= HORIZON + FOCAL * HEIGHT / 6 + 1  # nearest: 6 m
    assert np.abs(changed[:, 1] - 15.5).max() < FOCAL * 0.85 / 6 + 1


def test_same_labels_whatever_the_effects():
    y = simulator().sample(20, rng=np.random.default_rng(0)).y
    for source in (simulator(randomise=1), calibrated_simulator(), camera()):
        np.testing.assert_array_equal(source.sample(20, y, rng=np.random.default_rng(1)).y, y)


def test_ranges_and_shares():
    sample = camera(obstacles=0.2).sample(5_000, rng=np.random.default_rng(0))
    assert sample.x.shape == (5_000, 1024)
    assert sample.x.min() >= 0
    assert sample.x.max() <= 1
    offset, curvature, obstacle = sample.y.T
    assert np.abs(offset).max() <= 1
    assert np.abs(curvature).max() <= MAX_CURVATURE
    assert abs(offset.mean()) < 5 * np.sqrt(1 / 3 / 5_000)
    assert abs(obstacle.mean() - 0.2) < 5 * np.sqrt(0.2 * 0.8 / 5_000)
    share = 1 - np.sqrt(8 / 15)  # of pictures in a bend
    assert abs(in_bend(sample.y).mean() - 0.2 * share) < 5 * np.sqrt(0.2 * share / 5_000)


def test_the_plain_simulator_has_no_variety_and_the_randomised_one_has():
    y = np.zeros((200, 3))
    spread = {
        share: simulator(randomise=share).sample(200, y, rng=np.random.default_rng(0)).x.mean(1).std()
        for share in (0.0, 0.5, 1.0)
    }
    assert spread[0.0] < 0.002 < 0.02 < spread[0.5] < spread[1.0]


@pytest.mark.parametrize("effect", ["blur", "vignette", "gamma", "shadow", "seam", "banding"])
def test_the_camera_has_what_no_setting_of_the_simulator_has(effect):
    low, high = simulator(randomise=1.0).effects[effect]
    assert low == high
    assert np.diff(camera().effects[effect]) > 0


def test_each_effect_changes_the_picture():
    for name, (low, high) in camera().effects.items():
        source = clean(**{name: (high, high) if high != simulator().effects[name][0] else (low, low)})
        changed = np.abs(pictures([0.2, 3, 1], source) - pictures([0.2, 3, 1])).max()
        assert changed > 0.005, name


def test_frames_of_one_drive_share_their_effects():
    y = np.zeros((60, 3))
    x = camera(frames_per_drive=20).sample(60, y, rng=np.random.default_rng(0)).x.mean(1).reshape(3, 20)
    assert x.std(1).max() < 0.01 < x.mean(1).std()


def test_same_rng_same_pictures():
    first, again = (camera().sample(300, rng=np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first.x, again.x)
    np.testing.assert_array_equal(first.y, again.y)
    other = camera().sample(300, rng=np.random.default_rng(4))
    assert not np.array_equal(first.x, other.x)


def test_input_labels_are_left_alone():
    y = np.zeros((5, 3))
    camera().sample(5, y, rng=np.random.default_rng(0))
    assert not y.any()


def test_speed():
    """Ten thousand pictures take at most 40 times as long as the normal numbers of their noise, about 1 s here."""
    rng = np.random.default_rng(0)
    begin = time.process_time()
    rng.standard_normal((10_000, 1024))
    noise = time.process_time() - begin
    begin = time.process_time()
    camera().sample(10_000, rng=rng)
    assert time.process_time() - begin < 40 * noise


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda rng: camera().sample(0, rng=rng), "n must be"),
        (lambda rng: camera().sample(5, rng=3), "rng must be"),
        (lambda rng: camera().sample(5, np.zeros((4, 3)), rng=rng), r"y has shape \(4, 3\)"),
        (lambda rng: camera().sample(1, [[2.0, 0, 0]], rng=rng), "offset in y must lie"),
        (lambda rng: camera().sample(1, [[0, 16.0, 0]], rng=rng), "curvature in y must lie"),
        (lambda rng: camera().sample(1, [[0, 0, 0.5]], rng=rng), "obstacle in y must be 0 or 1"),
        (lambda rng: camera().sample(1, [[0, np.nan, 0]], rng=rng), "y holds 1 of 3"),
        (lambda rng: simulator(randomise=1.5), "randomise must be"),
        (lambda rng: camera(obstacles=-0.1), "obstacles must be"),
        (lambda rng: camera(frames_per_drive=0), "frames_per_drive must be"),
        (lambda rng: Road(effects={}), "effects must give a range"),
        (lambda rng: clean(blur=(0.3, 0.1)), r"effects\['blur'\] must be \(low, high\)"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(ValueError, match=words):
        call(np.random.default_rng(0))
