"""
Make docs/flower.png, the picture in README.md: a photograph that loses its colours by being copied from its copies.

    python tools/make_flower.py

The picture carries its alternative text, with the numbers of this run, which README.md repeats.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin
from sklearn.cluster import KMeans
from sklearn.neighbors import NearestNeighbors

from course_lib import plots
from course_lib.data import photographs

TARGET = Path(__file__).resolve().parent.parent / "docs" / "flower.png"
COLOURS = 64
DRAWN = 300
COPIES = (0, 10, 50, 100)
ARCHIVE = 0.1


def shares_by_copy(shares, copies, *, archive, rng):
    """Return the shares of all colours, row by row for the original and for each copy made from the one before.

    A copy is made from `DRAWN` pixels; the share `archive` of them is drawn from the original.
    """
    n_original = round(archive * DRAWN)
    rows = [shares]
    for _ in range(copies):
        drawn = rng.multinomial(DRAWN - n_original, rows[-1]) + rng.multinomial(n_original, shares)
        rows.append(drawn / DRAWN)
    return np.array(rows)


def repaint(palette, codes, alive):
    """Return the picture with each pixel in the nearest colour that is still alive."""
    nearest = NearestNeighbors(n_neighbors=1).fit(palette[alive]).kneighbors(palette, return_distance=False)
    return palette[alive][nearest[:, 0]][codes]


def main():
    """Draw the picture and write it."""
    photograph = photographs(half=True)["flower"]
    clusters = KMeans(COLOURS, n_init=1, random_state=0).fit(photograph.colours())
    palette, codes = clusters.cluster_centers_, clusters.labels_.reshape(photograph.pixels.shape[:2])
    shares = np.bincount(codes.ravel(), minlength=COLOURS) / codes.size

    orange = palette[:, 0] - palette[:, 2] > 0.2  # red well above blue

    panels, titles, said = [], [], []
    for archive in (0, ARCHIVE):
        alive = shares_by_copy(shares, max(COPIES), archive=archive, rng=np.random.default_rng(0))[list(COPIES)] > 0
        panels += [repaint(palette, codes, row) for row in alive]
        titles += [f"copy {copy}: {row.sum()} colours" for copy, row in zip(COPIES, alive, strict=True)]
        titles[-len(COPIES)] = f"original: {COLOURS} colours"
        left = [f"{row.sum()} ({(row & orange).sum()} of them orange)" for row in alive[1:]]
        said.append(f"{', '.join(left[:-1])} and {left[-1]} are left")
    fig, _ = plots.pictures(np.clip(panels, 0, 1), titles=titles, ncols=len(COPIES))

    after = f"{', '.join(str(copy) for copy in COPIES[1:-1])} and {COPIES[-1]} copies"
    alt = (
        f"A photograph of an orange flower in {COLOURS} colours, {orange.sum()} of them orange, and its copies, each "
        f"made from {DRAWN} pixels of the one before. After {after}, {said[0]}. Below, a tenth of the pixels is drawn "
        f"from the original each time: {said[1]}."
    )
    raw = io.BytesIO()
    fig.savefig(raw, format="png")
    description = PngImagePlugin.PngInfo()
    description.add_text("Description", alt)
    picture = Image.open(raw).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(TARGET, format="png", optimize=True, pnginfo=description)
    print(alt)


if __name__ == "__main__":
    main()
