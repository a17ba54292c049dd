"""
Make docs/flower.png, the picture in README.md: a photograph that loses its colours by being copied from its copies.

    python tools/make_flower.py

It is the experiment of lesson 00, one chain of it. The picture carries its alternative text, with the numbers of this
run, and README.md repeats that text.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

from course_lib import Categorical, Mix, Replace, plots, self_consume
from course_lib.data import paint, photographs, reduce_colours

TARGET = Path(__file__).resolve().parent.parent / "docs" / "flower.png"
COLOURS = 64
PIXELS = 300
COPIES = (0, 10, 50, 200)
POLICIES = (Replace(), Mix(0.1))


def main() -> None:
    """Draw the picture and write it."""
    palette, codes = reduce_colours(photographs(half=True)["flower"], COLOURS)
    red, _, blue = palette.T.astype(int)
    orange = red - blue > 50
    pixels = np.random.default_rng(0).choice(codes.ravel(), PIXELS, replace=False)[:, None]

    images, titles, told = [], [], []
    for policy in POLICIES:
        rng = np.random.default_rng(0)
        models = self_consume(Categorical(COLOURS), pixels, policy=policy, generations=max(COPIES), rng=rng).models
        alive = [models[copy].shares_ > 0 for copy in COPIES]
        images += [paint(palette, codes, colours) for colours in alive]
        titles += [f"copy {copy}: {colours.sum()} colours" for copy, colours in zip(COPIES, alive, strict=True)]
        told.append(", ".join(f"{colours.sum()} ({(colours & orange).sum()} orange)" for colours in alive))
    fig, _ = plots.pictures(images, titles=titles, ncols=len(COPIES))

    alt = (
        f"An orange flower, painted with the colours that are left after {', '.join(map(str, COPIES))} copies, each "
        f"made from {PIXELS} pixels of the one before. Colours left: {told[0]}. "
        f"Below, a tenth of each copy comes from the original: {told[1]}."
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
