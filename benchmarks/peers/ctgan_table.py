"""CTGAN and TVAE of the package ctgan, on a table of numbers with one column of labels."""

import ctgan
import numpy as np
import pandas as pd
from peer import main


def fit(data, *, seed, synthesizer, epochs, **settings):
    """Train; `synthesizer` is "CTGAN" or "TVAE", and the other settings are passed on to it."""
    frame = pd.DataFrame(data["x"], columns=[f"x{column}" for column in range(data["x"].shape[1])])
    frame["y"] = data["y"]
    model = getattr(ctgan, synthesizer)(epochs=epochs, enable_gpu=False, **settings)
    model.set_random_state(seed)
    model.fit(frame, discrete_columns=["y"])

    def sample(n):
        drawn = model.sample(n)
        return {"x": drawn.drop(columns="y").to_numpy(float), "y": drawn["y"].to_numpy(np.int64)}

    return sample


if __name__ == "__main__":
    main(fit)
