"""What the trained generators share: records to tensors and back, batches, labels, saving."""

import inspect
import json
import math

import numpy as np
import torch

from course_lib.generators.base import draw_codes, new_rows, record_shares, require_fitted
from course_lib.records import Records, as_records
from course_lib.threads import limit_threads
from course_lib.validate import as_rng

__all__ = ["Batches", "NetworkGenerator"]


_ROWS = 32_768  # records decoded at a time, all replicates together


class NetworkGenerator:
    """Base of the generators that are trained by gradient descent: K networks side by side, one for each replicate.

    A subclass says what its networks are, how they are trained and how they sample:

    - `build(d, classes, replicates, rng)` returns them, untrained, as one `torch.nn.Module`;
    - `training(records, rng=rng)` is a Python generator: it calls `start` and then yields, after every step, the
      losses of the K replicates. A notebook can watch it, plot, or stop: whatever has been learned is in `net_`;
    - `draw(noise, labels)` turns noise into standardised records.

    Parameters
    ----------
    device : str or torch.device
        Where the networks live: "cpu", or "cuda" where there is such a thing. Records stay NumPy arrays.

    Attributes
    ----------
    net_ : torch.nn.Module
        The networks that `sample` uses.
    shift_ : numpy.ndarray, shape (..., d)
        Mean of each feature.
    scale_ : numpy.ndarray, shape (...)
        Root of the mean variance of the features. It is one number for all of them, because a pixel that hardly ever
        changes must not be blown up: bring the columns of a table to comparable units before.
    classes_ : numpy.ndarray or None
        The labels met in training, sorted; None if there were none.
    class_shares_ : numpy.ndarray, shape (..., classes), or None
        How large a share of the records had each of them.
    """

    def __init__(self, *, device="cpu"):
        self.device = device

    def fit(self, records, *, rng):
        """Train one network for each replicate, all at once, until `training` ends.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, d)
            Labels y, shape (..., n), make the generator conditional on them. Each batch draws records in proportion
            to their weights.
        rng : numpy.random.Generator

        Raises
        ------
        ValueError
            If labels have more than one column, or all weights of a replicate are 0.
        """
        with limit_threads():
            for _ in self.training(records, rng=rng):
                pass
        self.net_.zero_grad()  # a fitted model needs no gradients, and a loop keeps many models
        return self

    def sample(self, n, y=None, *, rng):
        """Draw n records per replicate.

        Parameters
        ----------
        n : int
        y : array_like, shape (n,) or (..., n), optional
            The labels to draw records for. None draws them at their share in the training records.
        rng : numpy.random.Generator

        Returns
        -------
        numpy.ndarray, shape (..., n, d), or Records with labels if there were labels in training

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            If n is not a positive whole number, or y asks for a label that was not met in training.
        """
        require_fitted(self, "net_")
        n = new_rows(n, rng)
        *replicates, d = self.shift_.shape
        codes = labels = None
        if self.classes_ is not None:
            shape = (*replicates, n)
            codes = draw_codes(self.class_shares_, n, rng) if y is None else self._codes(np.broadcast_to(y, shape))
            labels = self._one_hot(codes)
        elif y is not None:
            raise ValueError(f"y was given, but this {type(self).__name__} was fitted without labels")
        noise = rng.standard_normal((math.prod(replicates), n, self.noise_size(d)), dtype=np.float32)
        with limit_threads(), torch.inference_mode():
            parts = [
                self.draw(self._tensor(noise[:, rows]), None if labels is None else labels[:, rows]).cpu().numpy()
                for rows in _blocks(n, _ROWS // len(noise))
            ]
        x = np.concatenate(parts, axis=1)
        x = self.shift_[..., None, :] + self.scale_[..., None, None] * x.reshape(*replicates, n, d)
        return x if codes is None else Records(x, self.classes_[codes])

    def start(self, records, size, *, rng):
        """Bind what is known before training, and return the untrained networks, batches and a torch generator.

        Parameters
        ----------
        records : Records or array_like, shape (..., n, d)
        size : int
            Records in a batch, of each replicate.
        rng : numpy.random.Generator

        Returns
        -------
        net : torch.nn.Module
        batches : Batches
        rng : torch.Generator
            On the generator's device, seeded from the NumPy one.
        """
        records = as_records(records)
        if records.y is not None and records.y.shape != records.x.shape[:-1]:
            raise ValueError(f"y must hold one label for each record, {records.x.shape[:-1]}, got {records.y.shape}")
        shares = record_shares(records)  # (..., n)
        shift = (shares[..., None, :] @ records.x)[..., 0, :]
        centred = records.x - shift[..., None, :]
        scale = np.sqrt((shares[..., None, :] @ centred**2).mean((-1, -2)))
        scale = np.where(scale > 0, scale, 1.0)  # equal records have nothing to be scaled
        classes = class_shares = None
        if records.y is not None:
            classes = np.unique(records.y)
            class_shares = np.stack([(shares * (records.y == label)).sum(-1) for label in classes], -1)
        self.shift_, self.scale_, self.classes_, self.class_shares_ = shift, scale, classes, class_shares

        torch_rng = torch.Generator(self.device).manual_seed(int(as_rng(rng).integers(2**63)))
        net = self.build(records.d, 0 if classes is None else len(classes), math.prod(shift.shape[:-1]), torch_rng)
        return net, self.batches(records, size, rng=torch_rng), torch_rng

    def batches(self, records, size, *, rng):
        """Return random batches of records, standardised as those in training, drawn with a torch.Generator."""
        records = as_records(records).broadcast(self.shift_.shape[:-1])
        x, labels = self.tensors(records)
        shares = None if records.w is None else self._tensor(record_shares(records).reshape(x.shape[:2]))
        return Batches(x, labels, shares, size=size, rng=rng)

    def tensors(self, records):
        """Return records as the networks see them: x standardised (K, n, d), labels one-hot (K, n, classes) or None."""
        records = as_records(records).broadcast(self.shift_.shape[:-1])
        if (records.y is None) != (self.classes_ is None):
            asked = "no labels" if self.classes_ is None else "a label for each record"
            raise ValueError(f"records must have {asked}, as those in training had")
        return self._standardised(records.x), None if records.y is None else self._one_hot(self._codes(records.y))

    def noise_size(self, d):
        """Return how many standard normal numbers `draw` makes one record of d features from."""
        return d

    def save(self, path):
        """Write the fitted generator to a file that holds numbers and text only, so that loading it runs no code.

        Parameters
        ----------
        path : str or pathlib.Path
            Ends in .npz.
        """
        require_fitted(self, "net_")
        settings = {name: getattr(self, name) for name in inspect.signature(type(self)).parameters if name != "device"}
        arrays = {f"net {name}": value.cpu().numpy() for name, value in self.net_.state_dict().items()}
        for name in ("shift_", "scale_", "classes_", "class_shares_"):
            if getattr(self, name) is not None:
                arrays[name] = getattr(self, name)
        head = json.dumps({"generator": type(self).__name__, "settings": settings})
        np.savez(path, head=np.array(head), **arrays)

    @classmethod
    def load(cls, path, *, device="cpu"):
        """Return the generator that `save` wrote to `path`.

        Raises
        ------
        ValueError
            If the file holds another kind of generator.
        """
        with np.load(path, allow_pickle=False) as file:
            head = json.loads(file["head"].item())
            if head["generator"] != cls.__name__:
                raise ValueError(f"path must be a file saved by a {cls.__name__}, got one of a {head['generator']}")
            self = cls(**head["settings"], device=device)
            for name in ("shift_", "scale_", "classes_", "class_shares_"):
                setattr(self, name, file.get(name))
            k, classes = math.prod(self.shift_.shape[:-1]), 0 if self.classes_ is None else len(self.classes_)
            self.net_ = self.build(self.shift_.shape[-1], classes, k, torch.Generator(device))
            weights = {name: torch.from_numpy(file[f"net {name}"]) for name in self.net_.state_dict()}
            self.net_.load_state_dict(weights)
        return self

    def _standardised(self, x):
        x = (x - self.shift_[..., None, :]) / self.scale_[..., None, None]
        return self._tensor(x.reshape(-1, *x.shape[-2:]))  # (K, n, d)

    def _codes(self, y):
        codes = np.minimum(np.searchsorted(self.classes_, y), len(self.classes_) - 1)
        if (self.classes_[codes] != y).any():
            unknown = y[self.classes_[codes] != y][0]
            raise ValueError(f"y must hold labels met in training, {self.classes_.tolist()}, got {unknown!r}")
        return codes

    def _one_hot(self, codes):
        return self._tensor(np.eye(len(self.classes_))[codes.reshape(-1, codes.shape[-1])])  # (K, n, classes)

    def _tensor(self, array):
        return torch.tensor(np.asarray(array, dtype=np.float32), device=self.device)


def _blocks(n, rows):
    """Yield slices of at most `rows` rows that cover n: the layers between input and output are wide."""
    rows = max(1, rows)
    for start in range(0, n, rows):
        yield slice(start, start + rows)


class Batches:
    """Endless batches of a replicate's own records, drawn with replacement.

    Parameters
    ----------
    x : torch.Tensor, shape (K, n, d)
    labels : torch.Tensor, shape (K, n, classes), or None
        One-hot.
    shares : torch.Tensor, shape (K, n), or None
        How often each record is drawn; None draws all of them alike.
    size : int
        Records in a batch.
    rng : torch.Generator
    """

    def __init__(self, x, labels, shares, *, size, rng):
        self.k, self.n, self.size, self.shares, self.rng = *x.shape[:2], size, shares, rng
        self.x, self.labels = x.flatten(0, 1), None if labels is None else labels.flatten(0, 1)
        self.first = torch.arange(self.k, device=x.device)[:, None] * self.n  # where each replicate's records begin

    def draw(self):
        """Return x (K, size, d) and labels (K, size, classes), or None for these."""
        if self.shares is None:
            index = torch.randint(self.n, (self.k, self.size), generator=self.rng, device=self.rng.device)
        else:
            index = torch.multinomial(self.shares, self.size, replacement=True, generator=self.rng)
        index = (index + self.first).flatten()  # into the rows of all replicates: the quickest way to gather
        rows = [
            None if part is None else part[index].unflatten(0, (self.k, self.size)) for part in (self.x, self.labels)
        ]
        return tuple(rows)
