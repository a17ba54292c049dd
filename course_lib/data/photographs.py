"""Photographs: two colour pictures, a flower and a Chinese temple."""

from dataclasses import dataclass

import numpy as np

from course_lib.data.dataset import About
from course_lib.validate import as_count

__all__ = ["Photograph", "paint", "photographs", "reduce_colours"]

_LICENCE = "CC BY 2.0"
_ROW = "one pixel: red, green, blue"
_ABOUT = {
    "flower": About("flickr.com/photos/vultilion/6056698931; the copy inside scikit-learn", _LICENCE, _ROW),
    "china": About("flickr.com/photos/danielbuechele/6061409035; the copy inside scikit-learn", _LICENCE, _ROW),
}


@dataclass(frozen=True, eq=False)
class Photograph:
    """A colour picture.

    Attributes
    ----------
    pixels : numpy.ndarray of uint8, shape (height, width, 3)
        Red, green and blue from 0 to 255; read-only.
    about : About
    """

    pixels: np.ndarray
    about: About

    @property
    def n_pixels(self):
        """Number of pixels: height times width."""
        return self.pixels.shape[0] * self.pixels.shape[1]

    def colours(self):
        """Return the pixels as records: a new float64 array (n_pixels, 3) from 0 to 1, row by row from the top left."""
        return self.pixels.reshape(-1, 3) / 255


def photographs(*, half=False):
    """Return two colour photographs.

    Parameters
    ----------
    half : bool
        Whether to average blocks of 2 by 2 pixels, which leaves a quarter of the pixels. An odd last row is left out.

    Returns
    -------
    dict of str to Photograph
        "flower" and "china", each 427 by 640 pixels (273,280), or 213 by 320 (68,160) at half size.
    """
    from sklearn.datasets import load_sample_image

    result = {}
    for name, about in _ABOUT.items():
        pixels = load_sample_image(f"{name}.jpg")
        pixels = _halve(pixels) if half else pixels.copy()
        pixels.flags.writeable = False
        result[name] = Photograph(pixels, about)
    return result


def _halve(pixels):
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    blocks = pixels[: 2 * height, : 2 * width].reshape(height, 2, width, 2, 3)
    return np.rint(blocks.mean(axis=(1, 3))).astype(np.uint8)


def reduce_colours(photograph, count):
    """Reduce a photograph to few colours, by k-means that starts from Pillow's median cut.

    Pillow computes in whole numbers, so the result is the same on every processor.

    Parameters
    ----------
    photograph : Photograph
    count : int, 2 to 256

    Returns
    -------
    palette : numpy.ndarray of uint8, shape (count, 3)
    codes : numpy.ndarray of int, shape (height, width)
        Which colour of the palette each pixel has.

    Raises
    ------
    ValueError
        If `count` is not from 2 to 256, or the photograph has fewer colours.
    """
    from PIL import Image

    count = as_count(count, "count", minimum=2)
    if count > 256:
        raise ValueError(f"count must be at most 256, got {count}")
    reduced = Image.fromarray(photograph.pixels).quantize(count, Image.Quantize.MEDIANCUT, kmeans=1)
    palette = np.array(reduced.getpalette(), dtype=np.uint8).reshape(-1, 3)[:count]
    codes = np.asarray(reduced).astype(int)
    if len(np.unique(codes)) < count:
        raise ValueError(f"the photograph has fewer than {count} colours: count must be smaller")
    return palette, codes


def paint(palette, codes, alive):
    """Paint a picture with the colours that are left; each pixel takes the nearest of them.

    Parameters
    ----------
    palette : numpy.ndarray, shape (count, 3)
    codes : numpy.ndarray of int, shape (height, width)
    alive : numpy.ndarray of bool, shape (count,)
        At least one is True.

    Returns
    -------
    numpy.ndarray of the palette's kind, shape (height, width, 3)
    """
    from scipy.spatial import KDTree

    if not np.any(alive):
        raise ValueError("alive marks no colour; at least one is needed to paint with")
    left = np.flatnonzero(alive)
    nearest = KDTree(palette[left]).query(palette)[1]
    return palette[left[nearest]][codes]
