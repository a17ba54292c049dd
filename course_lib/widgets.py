"""Interactive figures and questions that also say what they have to say where widgets do not work."""

import gc
import html
import itertools

import ipywidgets

from course_lib.lesson import figure_html

__all__ = ["Static", "explore", "prediction_box", "quiz_box", "try_whole_range"]


class Static(ipywidgets.VBox):
    """A box of widgets with a form in plain HTML and in plain text, for views without widgets.

    A stored notebook, an untrusted one and a static page show the HTML; a running one shows the widgets.
    """

    def __init__(self, children, *, static_html, static_text):
        super().__init__(children)
        self._static = {"text/html": static_html, "text/plain": static_text}

    def _repr_mimebundle_(self, **kwargs):
        return super()._repr_mimebundle_(**kwargs) | self._static


def prediction_box(ask, form, kept, *, keep, static_html, static_text):
    """Return the widget of `lesson.predict`: a control, and a button that keeps what it stands at.

    A slider always stands somewhere; only the button makes that a prediction.
    """
    control = form.control(kept)
    button = ipywidgets.Button(description="Keep", tooltip="Keep this prediction")
    reply = ipywidgets.HTML(_status("" if kept is None else f"Kept before: {form.say(kept)}."))

    def on_click(_button):
        if control.value is None:
            reply.value = _status("Choose one first.")
        else:
            keep(control.value)
            reply.value = _status(f"Kept: {form.say(control.value)}. The figure that answers it will show it.")

    button.on_click(on_click)
    hint = f"<p><small>{html.escape(form.by_keyboard)}</small></p>" if form.by_keyboard else ""
    above = ipywidgets.HTML(ask + hint)
    return Static([above, control, button, reply], static_html=static_html, static_text=static_text)


def quiz_box(ask, options, *, reply, static_html, static_text):
    """Return the widget of `lesson.answer`: one button per option, and the reply to the last one pressed."""
    said = ipywidgets.HTML(_status(""))

    def on_click(button):
        said.value = _status(reply(button.description))

    buttons = [
        ipywidgets.Button(description=letter, tooltip=f"Answer {letter}: {text}", layout={"width": "4em"})
        for letter, text in options.items()
    ]
    for button in buttons:
        button.on_click(on_click)
    return Static(
        [ipywidgets.HTML(ask), ipywidgets.HBox(buttons), said], static_html=static_html, static_text=static_text
    )


def _status(text):
    return f'<p role="status">{html.escape(text)}</p>'


_explored = []  # the sliders of this kernel


def explore(draw, *, label, values, start, describe=str, play=False):
    """Show a figure with a slider (or several) that redraws it.

    Parameters
    ----------
    draw : callable
        `draw(value)` returns `(fig, alt, caption)`, as `lesson.figure` takes them, and changes nothing: the same value
        always gives the same figure, so each is drawn once. With several sliders it is called with keywords.
    label : str, or dict of str
        What the slider sets, in the learner's words. With several sliders: one per argument of `draw`.
    values : sequence, or dict of sequences
        The values that the slider stops at.
    start : object, or dict
        The first value, one of `values`.
    describe : callable
        Turns a value into the text beside the slider.
    play : bool
        Whether there are buttons, too, that play through the slider's values, slower if asked, stop, and go by steps.

    Raises
    ------
    ValueError
        If `start` is not among `values`, the names in the dicts differ, or several sliders are to be played.
    Exception
        What `draw` raises for the first state. For a later one it is shown in place of the figure.
    """
    from IPython.display import display

    explorer = _Explorer(draw, label, values, start, describe, play)
    _explored.append(explorer)
    display(explorer.box)


def try_whole_range():
    """Draw every figure that the sliders of this kernel can reach, and print how many there were.

    Raises
    ------
    ValueError
        If a state has no usable alternative text or caption, or the first state, drawn again after all the others,
        is no longer the same.
    Exception
        What a drawing function raises.
    """
    states = sum(explorer.try_whole_range() for explorer in _explored)
    sliders = sum(len(explorer.sliders) for explorer in _explored)
    print(f"{sliders} slider{'s' * (sliders != 1)}, {states} state{'s' * (states != 1)}")


class _Explorer:
    def __init__(self, draw, label, values, start, describe, play):
        if isinstance(values, dict):
            self.draw = lambda state: draw(**dict(zip(values, state, strict=True)))
        else:
            self.draw = lambda state: draw(*state)
            label, values, start = {"": label}, {"": values}, {"": start}
        if not values.keys() == label.keys() == start.keys():
            names = f"{list(label)}, {list(values)} and {list(start)}"
            raise ValueError(f"label, values and start must name the same sliders, got {names}")
        self.sliders = [_slider(label[name], list(values[name]), start[name], describe) for name in values]
        self.drawn = {}
        self.start = self.state()
        self.figure = ipywidgets.HTML(self.html(self.start))
        for slider in self.sliders:
            slider.observe(self.update, "index")
        said = "; ".join(
            f"{slider.description}: {slider.label}, from {slider.options[0][0]} to {slider.options[-1][0]}"
            for slider in self.sliders
        )
        note = f"In a running notebook a slider redraws this figure. {said}."
        static_html = f"{self.figure.value}<p><small>{html.escape(note)}</small></p>"
        if play and len(self.sliders) > 1:
            raise ValueError(f"play goes through the values of one slider, not of {len(self.sliders)}")
        buttons = [_player(*self.sliders)] if play else []
        self.box = Static([*buttons, *self.sliders, self.figure], static_html=static_html, static_text=note)

    def state(self):
        """Return at which of its values each slider stands."""
        return tuple(slider.index for slider in self.sliders)

    def html(self, state):
        if state not in self.drawn:
            self.drawn[state] = self.fresh_html(state)
        return self.drawn[state]

    def fresh_html(self, state):
        values = [slider.options[index][1] for slider, index in zip(self.sliders, state, strict=True)]
        fig, alt, caption = self.draw(values)
        return figure_html(fig, alt=alt, caption=caption)

    def update(self, _change):
        try:
            self.figure.value = self.html(self.state())
        except Exception as error:  # a callback has no cell to raise into: the learner sees it here
            message = f"This state could not be drawn. {type(error).__name__}: {error}"
            self.figure.value = f'<p role="alert">{html.escape(message)}</p>'

    def try_whole_range(self):
        states = list(itertools.product(*(range(len(slider.options)) for slider in self.sliders)))
        for state in states:
            self.fresh_html(state)
            gc.collect()  # a figure holds itself, and would stay until Python looks for such things
        if self.fresh_html(self.start) != self.drawn[self.start]:
            raise ValueError("draw must be a pure function; its first figure came out otherwise when drawn again")
        return len(states)


FAST, SLOW = 900, 2700  # milliseconds from one state to the next


def _player(slider):
    """Return buttons that move the slider: play, stop, by steps, and slower.

    ipywidgets' Play keeps the time, unseen: its own buttons have no names that a screen reader could tell.
    """
    last = len(slider.options) - 1
    clock = ipywidgets.Play(max=last, value=slider.index, interval=FAST, layout={"display": "none"})
    ipywidgets.link((clock, "value"), (slider, "index"))
    names = ("Play", "Stop", "Step back", "Step")
    play, stop, back, on = (ipywidgets.Button(description=name, layout={"width": "6em"}) for name in names)
    slow = ipywidgets.ToggleButton(description="Slow", layout={"width": "6em"})

    def start(_):
        if slider.index == last:
            slider.index = 0
        clock.playing = True

    def halt(_):
        clock.playing = False

    def step(by):
        clock.playing = False
        slider.index = min(max(slider.index + by, 0), last)

    play.on_click(start)
    stop.on_click(halt)
    back.on_click(lambda _: step(-1))
    on.on_click(lambda _: step(1))
    slow.observe(lambda change: setattr(clock, "interval", SLOW if change["new"] else FAST), "value")
    return ipywidgets.HBox([play, stop, back, on, slow, clock], layout={"flex_flow": "row wrap"})


def _slider(label, values, start, describe):
    if start not in values:
        raise ValueError(f"start must be one of values, {values}; got {start!r}")
    return ipywidgets.SelectionSlider(
        options=[(describe(value), value) for value in values],
        index=values.index(start),
        description=label,
        style={"description_width": "initial"},
        layout={"width": "min(100%, 40em)"},
    )
