"""What the loop costs: the Gaussian loop beside merely drawing its normal numbers, and under accumulation.

One process, one thread, CPU seconds. Each measurement of the loop stands between two of the draw, and the median of
the ratios is reported, because whatever slows the machine down slows them all. The loop draws one sample more than it
has generations, which counts against it.
"""

import argparse
import os
import platform
import time

import numpy as np

os.environ["TQDM_DISABLE"] = "1"

from course_lib import Accumulate, Gaussian, Replace, self_consume

REPLICATES, N = 1000, 100
GENERATIONS = {1: 100, 5: 20, 30: 10}  # for each number of columns


def cpu_seconds(work, rng):
    start = time.process_time()
    work(rng)
    return time.process_time() - start


def ratios_to_draw(d, generations, repeats):
    """Return CPU seconds of the loop over those of its draws, into one buffer and into new arrays: (repeats, 2)."""
    real = np.random.default_rng(0).standard_normal((REPLICATES, N, d))
    buffer = np.empty_like(real)

    def loop(rng):
        self_consume(Gaussian(), real, policy=Replace(), generations=generations, rng=rng)

    def draw_into_buffer(rng):
        for _ in range(generations):
            rng.standard_normal(out=buffer)

    def draw_anew(rng):
        for _ in range(generations):
            rng.standard_normal(real.shape)

    ratios = []
    for seed in range(-1, repeats):  # the first one warms up
        seconds = [
            cpu_seconds(work, np.random.default_rng(seed + 1))
            for work in (draw_into_buffer, draw_anew, loop, draw_anew, draw_into_buffer)
        ]
        ratios.append([2 * seconds[2] / (seconds[0] + seconds[4]), 2 * seconds[2] / (seconds[1] + seconds[3])])
    return np.array(ratios[1:])


def accumulate_costs(generations, repeats):
    """Return the pool's size and the median CPU seconds of each generation under accumulation, n added each time."""
    real = np.random.default_rng(0).standard_normal((REPLICATES, N, 1))

    def clock(reference, sample):
        return np.full(REPLICATES, time.process_time())

    runs = []
    for seed in range(repeats):
        rng = np.random.default_rng(seed)
        history = self_consume(
            Gaussian(), real, policy=Accumulate(), generations=generations, rng=rng, metrics={"clock": clock}
        )
        runs.append(np.diff(history.scores["clock"][:, 0]))
    return N * np.arange(2, generations + 2), np.median(runs, axis=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=15, help="how often each loop is measured (default 15)")
    repeats = parser.parse_args().repeats

    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}, one thread, CPU seconds")
    print(f"\nReplace: {REPLICATES} replicates, n = {N}; loop / drawing its normals, median of {repeats} [quartiles]\n")
    print(" d  generations   one reused buffer     new arrays")
    for d, generations in GENERATIONS.items():
        low, median, high = np.percentile(ratios_to_draw(d, generations, repeats), [25, 50, 75], axis=0)
        cells = [f"{m:.2f} [{a:.2f}, {b:.2f}]" for a, m, b in zip(low, median, high, strict=True)]
        print(f"{d:2}  {generations:11}   {cells[0]:19}   {cells[1]}")

    size, seconds = accumulate_costs(generations=100, repeats=max(3, repeats // 3))
    slope, intercept = np.polyfit(size, seconds, 1)
    explained = np.corrcoef(size, seconds)[0, 1] ** 2
    print(f"\nAccumulate: {REPLICATES} replicates, d = 1; CPU milliseconds of a generation by records in each pool\n")
    print(f"  line: {1e3 * intercept:.2f} + {1e3 * N * slope:.3f} for each {N} records;  R² = {explained:.3f}\n")
    print(" records   measured   line")
    for i in np.linspace(0, len(size) - 1, 6).astype(int):
        print(f"{size[i]:8}   {1e3 * seconds[i]:8.2f}   {1e3 * (intercept + slope * size[i]):4.1f}")


if __name__ == "__main__":
    main()
