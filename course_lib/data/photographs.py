"""Photographs: two colour pictures, a flower and a Chinese temple."""

from dataclasses import dataclass

import numpy as np

from course_lib.data.dataset import About

__all__ = ["Photograph", "photographs"]

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
