"""A curve that is set by mouse or keyboard: one upright slider for each of its points, below what they draw."""

import html

import ipywidgets
import traitlets

__all__ = ["CurveControl", "curve_svg"]

WIDTH, HEIGHT, MARGIN, STEM = 480, 180, 48, 28


class CurveControl(ipywidgets.VBox):
    """Sliders for the heights of a `forms.Curve`, and a drawing that follows them; `value` is the list of heights."""

    value = traitlets.List()

    def __init__(self, form, heights):
        number = form.number
        self.form = form
        self.drawing = ipywidgets.HTML()
        self.sliders = [
            ipywidgets.FloatSlider(
                min=number.low,
                max=number.high,
                step=number.step,
                value=height,
                orientation="vertical",
                readout_format=f".{number.decimals}f",
                description=f"{x:g}",
                layout={"width": "4.6em", "height": "11em"},
            )
            for x, height in zip(form.at, heights, strict=True)
        ]
        row = ipywidgets.HBox(self.sliders, layout={"flex_flow": "row wrap", "max_width": f"{WIDTH + 2 * MARGIN}px"})
        what = f"One slider for each {form.along or 'place'}; by keyboard: Tab to it, then the arrows."
        super().__init__([self.drawing, row, ipywidgets.HTML(f"<p><small>{html.escape(what)}</small></p>")])
        for slider in self.sliders:
            slider.observe(self._follow, "value")
        self._follow()

    def _follow(self, _change=None):
        self.value = [round(slider.value, self.form.number.decimals) for slider in self.sliders]
        self.drawing.value = curve_svg(self.form, self.value)


def curve_svg(form, heights):
    """Return the curve as an SVG that says in words what it draws, in the colour of the page's text.

    Parameters
    ----------
    form : forms.Curve
    heights : list of float
    """
    number, (first, *_, last) = form.number, form.at
    xs = [MARGIN + (WIDTH - 2 * MARGIN) * (x - first) / (last - first) for x in form.at]
    ys = [STEM / 2 + (HEIGHT - 1.5 * STEM) * (number.high - y) / number.span for y in heights]
    foot = HEIGHT - STEM
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="currentColor"/>' for x, y in zip(xs, ys, strict=True)
    )
    marks = "".join(
        f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{place:g}</text>'
        for x, place in zip(xs, form.at, strict=True)
    )
    sides = "".join(
        f'<text x="{MARGIN - 12}" y="{y:.1f}" text-anchor="end" dominant-baseline="middle">{value:.{number.decimals}f}'
        "</text>"
        for y, value in ((STEM / 2, number.high), (foot, number.low))
    )
    words = html.escape(f"Your curve: {form.say(heights)}.")
    return (
        f'<svg role="img" aria-label="{words}" viewBox="0 0 {WIDTH} {HEIGHT}" style="width:min(100%,{WIDTH}px)" '
        f'font-size="12" fill="currentColor"><path d="M{MARGIN - 8},{STEM / 2} V{foot} H{WIDTH - MARGIN + 8}" '
        f'fill="none" stroke="currentColor"/>{sides}{marks}'
        f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="6 3"/>{dots}'
        "</svg>"
    )
