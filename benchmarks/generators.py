"""The trained generators beside their peers: the same data, features and measures, one thread, CPU seconds.

Three tasks: digits (8 x 8 pixels), a ring of eight Gaussians, and the breast cancer table with its label. Each peer
runs in the virtual environment of its own package (`make peers`), and hands back samples and its CPU seconds. Every
contender is warmed up by a short fit that is not counted. README.md beside this file says what settings were tried.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

# Before NumPy is imported, which reads them once. The peers inherit them.
os.environ |= {"TQDM_DISABLE": "1", "COURSE_THREADS": "1"}
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import numpy as np
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import QuantileTransformer

from course_lib import Records
from course_lib.data import digits, patients, ring
from course_lib.generators import GAN, VAE, Diffusion
from course_lib.metrics import frechet, mmd2, prdc, tstr

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parent / "build"


# Contenders -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ours:
    """A generator of the course; `table` puts a quantile transform of the columns around it."""

    make: type
    settings: dict = field(default_factory=dict)
    table: bool = False

    @property
    def name(self):
        """What the report calls it."""
        return f"course_lib {self.make.__name__}"

    def run(self, train, n, seeds):
        """Return a list of (sample, CPU seconds of training, CPU seconds of sampling), one for each seed."""
        fit = self._fit_table if self.table else self._fit
        fit(train, np.random.default_rng(0), steps=2)
        runs = []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            start = time.process_time()
            sample = fit(train, rng)
            trained = time.process_time()
            records = sample(n)
            runs.append((records, trained - start, time.process_time() - trained))
        return runs

    def _fit(self, train, rng, **changes):
        model = self.make(**self.settings | changes).fit(train, rng=rng)
        return lambda n: model.sample(n, rng=rng)

    def _fit_table(self, train, rng, **changes):
        codec = QuantileTransformer(output_distribution="normal", n_quantiles=train.n).fit(train.x)
        sample = self._fit(Records(codec.transform(train.x), train.y), rng, **changes)

        def decoded(n):
            drawn = sample(n)
            return Records(codec.inverse_transform(drawn.x), drawn.y)

        return decoded


@dataclass(frozen=True)
class Peer:
    """A package from PyPI: a script beside this file, in the environment build/peers-<package>."""

    package: str
    script: str
    what: str
    settings: dict

    @property
    def name(self):
        """What the report calls it."""
        return f"{self.package} {self.what}"

    def run(self, train, n, seeds):
        """Return the same as `Ours.run`."""
        data = {"x": train.x, "y": train.y} if isinstance(train, Records) else {"x": train}
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "data.npz"), Path(folder, "out.npz")
            np.savez(source, **data)
            command = [self.python, HERE / "peers" / self.script, source, target, "--n", n, "--seeds", *seeds]
            command += ["--settings", json.dumps(self.settings)]
            subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
            with np.load(target) as file:
                out = dict(file)
        samples = [Records(out[f"x {s}"], out[f"y {s}"]) if "y" in data else out[f"x {s}"] for s in seeds]
        return list(zip(samples, out["train_seconds"], out["sample_seconds"], strict=True))

    @property
    def python(self):
        """The interpreter of its environment."""
        folder = ENVIRONMENTS / f"peers-{self.package}"
        return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def versions(self):
        """Return the versions of the package and of torch in its environment."""
        ask = "import sys, importlib.metadata as m; print(*(f'{p} {m.version(p)}' for p in sys.argv[1:]), sep=', ')"
        run = subprocess.run(
            [self.python, "-c", ask, self.package, "torch"], check=True, capture_output=True, text=True
        )
        return run.stdout.strip()


# Tasks ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """Training data, how many records to sample, how these are scored (`floor`: the real ones), and who takes part."""

    title: str
    train: object
    n: int
    score: object
    floor: dict
    contenders: tuple


def digits_task():
    data = digits()
    order = np.random.default_rng(0).permutation(data.n)
    train, test = data.take(order[:1297]), data.take(order[1297:])
    classifier = MLPClassifier((32,), max_iter=400, random_state=0).fit(train.x, train.y)

    def features(x):
        return np.maximum(x @ classifier.coefs_[0] + classifier.intercepts_[0], 0)

    real = features(test.x)

    def score(sample):
        hidden = features(sample)
        shares = prdc(real, hidden)
        return {"Fréchet": frechet(real, hidden), "precision": shares["precision"], "recall": shares["recall"]}

    return Task(
        title="Digits, 1,297 of 8 × 8 pixels; 500 held out; in the 32 hidden units of a classifier of the real digits",
        train=train.x,
        n=train.n,
        score=score,
        floor=score(train.x),
        contenders=(
            Peer("pythae", "pythae_vae.py", "VAE", PYTHAE | {"beta": 1.0, "latent": 8, "epochs": 200}),
            Peer("pythae", "pythae_vae.py", "VAE, β = 0.3", PYTHAE),
            Peer("pythae", "pythae_vae.py", "VAE, β = 0.3, mixture fitted to z", PYTHAE | {"components": 10}),
            Peer("smalldiffusion", "smalldiffusion_mlp.py", "MLP, 150 epochs", DIGITS_DIFFUSION),
            Peer("smalldiffusion", "smalldiffusion_mlp.py", "MLP, 400 epochs", DIGITS_DIFFUSION | {"epochs": 400}),
            Ours(VAE),
            Ours(Diffusion),
            Ours(GAN),
        ),
    )


def ring_task():
    toy = ring(8)
    train, real = (toy.sample(n, rng=np.random.default_rng(seed)) for seed, n in enumerate((2000, 4000)))

    def score(sample):
        distance = np.linalg.norm(sample[:, None] - toy.means, axis=-1)  # (n, 8)
        near = distance.min(1) < 3 * toy.scale
        shares = np.bincount(distance[near].argmin(1), minlength=8) / len(sample)
        return {
            "MMD²": mmd2(real, sample, width=MMD_WIDTH),
            "modes": np.count_nonzero(shares > 1 / 32),
            "within 3 sd": near.mean(),
        }

    return Task(
        title=f"Ring of eight Gaussians, 2,000 points; 4,000 fresh ones to compare with; unbiased MMD², Gaussian "
        f"kernel of width {MMD_WIDTH}; a mode is found if it has a quarter of its share",
        train=train,
        n=2000,
        score=score,
        floor=score(train),
        contenders=(
            Peer("smalldiffusion", "smalldiffusion_mlp.py", "MLP, 1,000 epochs", RING_DIFFUSION),
            Peer("smalldiffusion", "smalldiffusion_mlp.py", "MLP, 4,000 epochs", RING_DIFFUSION_LONG),
            Ours(Diffusion),
        ),
    )


def table_task():
    data = patients()
    train, test = (data.take(index).records() for index in train_test_split(np.arange(data.n), random_state=0))

    def score(sample):
        forests = [RandomForestClassifier(random_state=seed) for seed in range(5)]
        return {"TSTR": np.mean([tstr(test, sample, estimator=forest) for forest in forests])}

    return Task(
        title="Breast cancer, 426 rows of 30 columns and a label; accuracy of random forests (mean of 5) trained on "
        "the sample, on 143 held-out rows",
        train=train,
        n=train.n,
        score=score,
        floor=score(train),
        contenders=(
            Peer("ctgan", "ctgan_table.py", "CTGAN", CTGAN),
            Peer("ctgan", "ctgan_table.py", "TVAE", TVAE),
            Ours(GAN, table=True),
            Ours(VAE, table=True),
        ),
    )


# The settings of the peers: those with the best result of what was tried, see README.md.
PYTHAE = {"epochs": 100, "latent": 16, "batch": 64, "learning_rate": 1e-3, "loss": "bce", "beta": 0.3}
DIGITS_DIFFUSION = {
    "epochs": 150,
    "batch": 128,
    "learning_rate": 1e-3,
    "model": ["TimeInputMLP", {"dim": 64, "hidden_dims": [256, 256, 256]}],
    "modifiers": ["PredX0", "Scaled"],
    "schedule": ["ScheduleLogLinear", {"N": 200, "sigma_min": 0.02, "sigma_max": 10}],
    "steps": 20,
    "scale": 2.0,  # pixels from -1 to 1, as in its examples
    "shift": 0.5,
}
RING_DIFFUSION = {
    "epochs": 1000,
    "batch": 500,
    "learning_rate": 1e-3,
    "model": ["TimeInputMLP", {"hidden_dims": [16, 128, 128, 128, 128, 16]}],
    "modifiers": ["Scaled"],
    "schedule": ["ScheduleLogLinear", {"N": 200, "sigma_min": 0.005, "sigma_max": 10}],
    "steps": 20,
}
RING_DIFFUSION_LONG = RING_DIFFUSION | {"epochs": 4000, "batch": 2000, "modifiers": []}
CTGAN = {"synthesizer": "CTGAN", "epochs": 1000}
TVAE = {"synthesizer": "TVAE", "epochs": 300, "batch_size": 100}
MMD_WIDTH = 0.1  # the standard deviation of a mode: it sees the shape of the modes, not only their shares
TASKS = {"digits": digits_task, "ring": ring_task, "table": table_task}


# Report ---------------------------------------------------------------------------------------------------------------


def measure(task, seeds):
    """Yield a row for each contender: its name and, for each column, one value per seed."""
    for contender in task.contenders:
        runs = contender.run(task.train, task.n, seeds)
        scores = [task.score(sample) for sample, *_ in runs]
        row = {name: [float(score[name]) for score in scores] for name in scores[0]}
        row |= {"train s": [float(run[1]) for run in runs], "sample s": [float(run[2]) for run in runs]}
        yield contender.name, row


def markdown(task, rows):
    """Return a table of medians, with the lowest and the highest value in brackets."""
    columns = list(next(iter(rows.values())))
    lines = [f"## {task.title}", "", f"| | {' | '.join(columns)} |", "|---|" + "---|" * len(columns)]
    reals = [f"{task.floor[name]:.3g}" if name in task.floor else "" for name in columns]
    lines.append(f"| real training records | {' | '.join(reals)} |")
    for who, row in rows.items():
        cells = [f"{np.median(v):.3g} [{min(v):.3g}, {max(v):.3g}]" for v in row.values()]
        lines.append(f"| {who} | {' | '.join(cells)} |")
    return "\n".join(lines)


def machine():
    """Return the name of the processor and the number of its cores."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):  # not Linux, or a processor that does not say its name
        processor = platform.processor() or platform.machine()
    return f"{processor}, {os.cpu_count()} cores"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3, help="trainings of each contender (default 3)")
    parser.add_argument("--only", nargs="+", choices=TASKS, default=list(TASKS), help="tasks to run (default: all)")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="folder for generators.md and .json")
    arguments = parser.parse_args()

    tasks = {name: TASKS[name]() for name in arguments.only}
    peers = {peer.package: peer for task in tasks.values() for peer in task.contenders if isinstance(peer, Peer)}
    if missing := [peer.package for peer in peers.values() if not peer.python.exists()]:
        sys.exit(f"There is no environment for {', '.join(missing)}: run make peers.")

    versions = [f"Python {platform.python_version()}", f"NumPy {np.__version__}", f"torch {torch.__version__}"]
    versions += [peer.versions() for peer in peers.values()]
    head = (
        f"{machine()}; {'; '.join(versions)}. One thread. CPU seconds. "
        f"Median of {arguments.repeats} trainings [lowest, highest]."
    )
    results = {"machine": head, "tasks": {}}
    texts = ["# Generators beside their peers", head]
    print(head)
    for name, task in tasks.items():
        rows = dict(measure(task, list(range(arguments.repeats))))
        results["tasks"][name] = {"real training records": task.floor, "rows": rows}
        texts.append(markdown(task, rows))
        print(f"\n{texts[-1]}", flush=True)

    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "generators.md").write_text("\n\n".join(texts) + "\n", encoding="utf-8")
    (arguments.out / "generators.json").write_text(
        json.dumps(results, indent=1, default=float) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
