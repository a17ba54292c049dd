"""How the course draws: one style, fixed colours, and the few kinds of figure that lessons share.

The same policy has the same colour and marker all through the course, real data are always black, generations lie on
one sequential map, and what the learner predicted is always the same dashed line.
"""

from pathlib import Path

import numpy as np

from course_lib import lesson
from course_lib.validate import as_array, as_count

__all__ = [
    "PREDICTION",
    "REAL",
    "band",
    "confront",
    "curves",
    "describe",
    "generation_colour",
    "new_figure",
    "pictures",
    "policy_style",
    "use_style",
]

STYLE = Path(__file__).parent / "style.mplstyle"
REAL = "black"
PREDICTION = "#882255"
GENERATIONS = "viridis"

# Okabe and Ito's colours (jfly.uni-koeln.de/color), which stay apart under the common colour-vision deficiencies.
_POLICIES = {
    "Replace": {"color": "#d55e00", "marker": "o", "label": "replace"},
    "Accumulate": {"color": "#0072b2", "marker": "s", "label": "accumulate"},
    "AccumulateSubsample": {"color": "#56b4e9", "marker": "D", "label": "accumulate, subsample"},
    "Mix": {"color": "#009e73", "marker": "^", "label": "mix"},
    "Augment": {"color": "#e69f00", "marker": "v", "label": "augment"},
    "Fresh": {"color": "#cc79a7", "marker": "P", "label": "fresh"},
    "SharedPool": {"color": "#7a4a1e", "marker": "X", "label": "shared pool"},
}


def use_style():
    """Apply the course's style sheet to all figures made from now on."""
    import matplotlib.style

    matplotlib.style.use(STYLE)


def new_figure(nrows=1, ncols=1, *, title=None, xlabel=None, ylabel=None, size=None, **subplots):
    """Return a figure in the course's style and its axes, outside pyplot's global state.

    Parameters
    ----------
    nrows, ncols : int
    title : str
        The finding or the question. Of several axes it stands above all.
    xlabel, ylabel : str
        With units. Of several axes that share one, they label the outer ones.
    size : (float, float)
        Inches; 110 pixels each.
    **subplots
        To `matplotlib.figure.Figure.subplots`, such as `sharey=True`.

    Returns
    -------
    fig : matplotlib.figure.Figure
    axes : matplotlib.axes.Axes, or an array of them
    """
    from matplotlib.figure import Figure

    use_style()
    fig = Figure(figsize=size)
    axes = fig.subplots(nrows, ncols, **subplots)
    each = np.ravel(axes)
    for ax in each:
        ax.set(xlabel=xlabel, ylabel=ylabel)
        if {"sharex", "sharey"} & subplots.keys():
            ax.label_outer(remove_inner_ticks=False)
    if title is not None:
        each[0].set_title(title) if each.size == 1 else fig.suptitle(title, x=0.01, ha="left")
    return fig, axes


def policy_style(policy):
    """Return the colour, marker and label that stand for a policy in every figure, to be passed to `Axes.plot`.

    Parameters
    ----------
    policy : str, or a policy or its class
        Known by its class's name, such as "Replace".

    Raises
    ------
    ValueError
        If the policy has no style.
    """
    name = policy if isinstance(policy, str) else policy.__name__ if isinstance(policy, type) else type(policy).__name__
    if name not in _POLICIES:
        raise ValueError(f"policy must be one of {', '.join(_POLICIES)}; got {name}")
    return dict(_POLICIES[name])


def generation_colour(generation, last):
    """Return the colour of a generation, on one scale from 0 to `last`."""
    import matplotlib

    generation, last = as_count(generation, "generation", minimum=0), as_count(last, "last", minimum=1)
    if generation > last:
        raise ValueError(f"generation must be at most last, {last}; got {generation}")
    # The darkest part of the map could be taken for the black of real data, and the palest does not show on white.
    return matplotlib.colormaps[GENERATIONS](0.15 + 0.75 * generation / last)


def band(ax, values, *, x=None, coverage=0.8, **style):
    """Draw the median over replicates as a line, and between which values the middle share of them lies as a band.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    values : array_like, shape (generations + 1, ...)
        Generation first, then replicates, as in `History.scores`. Without replicates only the line is drawn.
    x : array_like, shape (generations + 1,)
        Default: the number of the generation.
    coverage : float
        The share of replicates in the band, half of the rest lying on each side.
    **style
        To `Axes.plot`, such as `**policy_style("Replace")` or `color=` and `label=`.

    Returns
    -------
    matplotlib.lines.Line2D
    """
    values, x = _series(values, x)
    middle = np.median(values, axis=1)
    (line,) = ax.plot(x, middle, **{"markevery": max(1, len(x) // 10), **style})
    if values.shape[1] > 1:
        low, high = np.quantile(values, [(1 - coverage) / 2, (1 + coverage) / 2], axis=1)
        ax.fill_between(x, low, high, color=line.get_color(), alpha=0.2, linewidth=0)
    return line


def curves(ax, values, *, x=None, color="#595959", run="run"):
    """Draw every replicate as a thin line, and over them their median (solid) and their mean (dashed).

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    values : array_like, shape (generations + 1, ...)
        Generation first, then replicates.
    x : array_like, shape (generations + 1,)
        Default: the number of the generation.
    color : matplotlib colour
        Of all lines, such as `policy_style("Replace")["color"]`.
    run : str
        What one replicate is called in the legend.
    """
    from matplotlib.collections import LineCollection

    values, x = _series(values, x)
    count = values.shape[1]
    lines = np.stack([np.broadcast_to(x, values.T.shape), values.T], axis=-1)
    # The more lines, the paler each; one collection draws in half the time of as many single lines.
    ax.add_collection(LineCollection(lines, color=color, linewidth=0.7, alpha=np.clip(20 / count, 0.08, 0.6)))
    ax.plot([], [], color=color, linewidth=0.7, alpha=0.6, label=f"one {run}")
    over = {"color": color, "path_effects": _halo()}
    ax.plot(x, values.mean(axis=1), **over, linestyle="--", label=f"mean of {count} {run}s")
    ax.plot(x, np.median(values, axis=1), **over, linewidth=3, label=f"median of {count} {run}s")


def describe(name, values, *, at, x=None, decimals=2):
    """Return a sentence for an alternative text: where a line, or the middle of many, stands at some points.

    Parameters
    ----------
    name : str
        What the line shows, such as "spread under replace".
    values : array_like, shape (generations + 1, ...)
        Generation first, then replicates; of several replicates the median is told, and the middle 80% at the end.
    at : sequence of int
        The generations to tell, in order.
    x : array_like, shape (generations + 1,)
        What the x axis shows; default: the number of the generation.
    decimals : int

    Examples
    --------
    >>> describe("spread", [1.0, 0.5, 0.25], at=[0, 2])
    'spread: 1.00 at 0, 0.25 at 2.'
    """
    values, x = _series(values, x)
    told = [f"{np.median(values[t]):.{decimals}f} at {x[t]:g}" for t in at]
    if values.shape[1] == 1:
        return f"{name}: {', '.join(told)}."
    low, high = np.quantile(values[at[-1]], [0.1, 0.9])
    return f"{name}, median: {', '.join(told)} (80% of runs from {low:.{decimals}f} to {high:.{decimals}f})."


def _series(values, x):
    values = as_array(values, "values", min_ndim=1)
    values = values.reshape(len(values), -1)
    x = np.arange(len(values)) if x is None else as_array(x, "x", min_ndim=1)
    if len(x) != len(values):
        raise ValueError(f"x must have one entry per generation, {len(values)}; got {len(x)}")
    return values, x


def confront(ax, id, *, truth=None, x=None, orient="h", loc="lower right"):
    """Draw the learner's prediction onto the outcome's axes, or say that there is none.

    A curve is drawn through its points.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    id : str
        The question, which `lesson.predict` has asked before.
    truth : float, str or list of float
        What came out, in the form of the question: it is kept beside the prediction; see `lesson.outcome`.
    x : float
        For a number: where on the x axis it was predicted; a marker stands there. Default: a line across the axes.
    orient : {"h", "v"}
        Whether a number without `x` is a value on the y axis (a horizontal line) or on the x axis (a vertical one).
    loc : str
        Towards which corner the words stand, as in `Axes.legend`. A choice, and the note that no prediction was kept,
        stand below the axes.

    Raises
    ------
    ValueError
        If the question was not asked in this kernel, or `orient` is unknown.
    """
    if orient not in ("h", "v"):
        raise ValueError(f'orient must be "h" or "v", got {orient!r}')
    value, words = lesson.kept_prediction(id)
    if truth is not None:
        lesson.outcome(id, truth)
    if words is None:
        _note(ax, "no prediction kept for this question", "#595959")
    elif isinstance(value, str):
        _note(ax, f"your prediction: {words}", PREDICTION)
    elif isinstance(value, list):
        places = lesson.prediction_form(id).at
        style = {"marker": "*", "markersize": 10, "color": PREDICTION, "linestyle": _DASHES, "zorder": 4}
        ax.plot(places, value, label="your prediction", **style)
    else:
        _mark(ax, value, f"your prediction: {words}", x, orient, loc)


def _mark(ax, value, words, x, orient, loc):
    at_right, at_top = "right" in loc, "upper" in loc
    rotation = 0
    if x is not None:
        ax.plot([x], [value], marker="*", markersize=14, color=PREDICTION, linestyle="none", zorder=4)
        at, frame = (x, value), "data"
    elif orient == "h":
        ax.axhline(value, color=PREDICTION, linestyle=_DASHES, zorder=4)
        at, frame = (float(at_right), value), ax.get_yaxis_transform()
    else:
        ax.axvline(value, color=PREDICTION, linestyle=_DASHES, zorder=4)
        at, frame, rotation, at_right = (value, float(at_top)), ax.get_xaxis_transform(), 90, True
    ax.annotate(
        words,
        at,
        xycoords=frame,
        xytext=(-5 if at_right else 5, 5 if orient == "h" or not at_top else -5),
        textcoords="offset points",
        ha="right" if at_right else "left",
        va="top" if orient == "v" and at_top else "bottom",
        rotation=rotation,
        color=PREDICTION,
        path_effects=_halo(),
        zorder=5,
    )


_DASHES = (0, (5, 2))


def _halo():
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=4, foreground="white")]


def _note(ax, words, color):
    # Below the x axis's label, where no data and no legend can be.
    ax.annotate(
        words,
        (1, 0),
        xycoords="axes fraction",
        xytext=(0, -41),
        textcoords="offset points",
        ha="right",
        va="top",
        color=color,
        fontsize="small",
    )


def pictures(images, *, titles, ncols=None, title=None, cmap="gray_r"):
    """Return a figure with one panel per picture, without axes.

    Parameters
    ----------
    images : array_like, shape (k, height, width) or (k, height, width, 3)
        Grey values, all on the scale of the largest and smallest, or colours from 0 to 1 or 0 to 255.
    titles : list of str
        One per picture.
    ncols : int
        Panels in a row; default all.
    title : str
        Above all.
    cmap : str
        For grey values: by default, ink on paper.
    """
    import matplotlib

    images = as_array(images, "images", min_ndim=3, dtype=None)
    if len(titles) != len(images):
        raise ValueError(f"titles must be one per picture, {len(images)}; got {len(titles)}")
    ncols = len(images) if ncols is None else as_count(ncols, "ncols")
    nrows = -(-len(images) // ncols)
    use_style()
    width = matplotlib.rcParams["figure.figsize"][0]
    height = nrows * (width / ncols * images.shape[1] / images.shape[2] + 0.35) + (0.4 if title else 0)
    fig, axes = new_figure(nrows, ncols, title=title, size=(width, height), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    scale = {"vmin": images.min(), "vmax": images.max(), "cmap": cmap} if images.ndim == 3 else {}
    for ax, image, words in zip(axes.flat, images, titles, strict=False):
        ax.imshow(image, **scale)
        ax.set_title(words, fontsize="medium", fontweight="normal")
    return fig, axes
