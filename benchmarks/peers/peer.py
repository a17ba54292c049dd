"""What the peers' scripts share: read training data, train once per seed, write samples and CPU seconds.

Each script runs in the virtual environment of its own package, so nothing here needs more than NumPy and torch.
"""

import argparse
import json
import os
import time

import numpy as np
import torch


def cpu_seconds():
    """Return the CPU seconds of this process and of the children that it has waited for."""
    return time.process_time() + sum(os.times()[2:4])


def main(fit):
    """Run `fit(data, seed=, **settings) -> sample(n)` for each seed; `sample` returns a dict of arrays.

    A run of one epoch comes first, so that what is imported or compiled at first use counts for nobody.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("data", help=".npz with the training data")
    parser.add_argument("out", help=".npz to write: train_seconds, sample_seconds (one per seed), and samples")
    parser.add_argument("--n", type=int, required=True, help="records to sample")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--settings", type=json.loads, default={}, help="JSON; keyword arguments of `fit`")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    with np.load(arguments.data) as file:
        data = dict(file)
    fit(data, seed=0, **arguments.settings | {"epochs": 1})(arguments.n)

    out = {"train_seconds": [], "sample_seconds": []}
    for seed in arguments.seeds:
        np.random.seed(seed)  # noqa: NPY002  (ctgan draws from NumPy's global state)
        torch.manual_seed(seed)
        start = cpu_seconds()
        sample = fit(data, seed=seed, **arguments.settings)
        trained = cpu_seconds()
        records = sample(arguments.n)
        out["train_seconds"].append(trained - start)
        out["sample_seconds"].append(cpu_seconds() - trained)
        out |= {f"{name} {seed}": value for name, value in records.items()}
    np.savez(arguments.out, **out)
