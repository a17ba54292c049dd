"""The diffusion model of smalldiffusion, with its perceptron, its U-Net or its transformer."""

import sys
import types

import torch
from peer import main
from torch.utils.data import DataLoader, Dataset

# smalldiffusion imports torchvision for two transforms of coloured photographs that are not used here. On PyPI there
# is none that imports beside a CPU build of torch, so this stands in for it.
transforms = types.ModuleType("torchvision.transforms")
transforms.Compose = transforms.RandomHorizontalFlip = transforms.ToTensor = transforms.Lambda = lambda *_: None
sys.modules["torchvision"] = types.ModuleType("torchvision")
sys.modules["torchvision"].transforms = sys.modules["torchvision.transforms"] = transforms

import smalldiffusion as sd  # noqa: E402


class Rows(Dataset):
    """The rows of a tensor. `__getitems__` gathers a batch at once: record by record, as by default, takes longer."""

    def __init__(self, x):
        self.x = x

    def __len__(self):
        return len(self.x)

    def __getitems__(self, index):
        return self.x[index]


def fit(
    data,
    *,
    seed,
    epochs,
    batch,
    learning_rate,
    model,
    schedule,
    steps,
    gam=2.0,
    mu=0.0,
    scale=1.0,
    shift=0.0,
    modifiers=(),
):
    """Train, on (x - shift) * scale; `model` and `schedule` are [class, {arguments}], and `modifiers` go around it."""
    x = torch.tensor((data["x"] - shift) * scale, dtype=torch.float32)
    name, arguments = model
    cls = getattr(sd, name)
    for modifier in modifiers:
        cls = getattr(sd, modifier)(cls)
    network = cls(**{key: tuple(value) if isinstance(value, list) else value for key, value in arguments.items()})
    x = x.reshape(-1, *network.input_dims)
    loader = DataLoader(Rows(x), batch_size=batch, shuffle=True, collate_fn=lambda rows: rows)
    noise_levels = getattr(sd, schedule[0])(**schedule[1])
    for _ in sd.training_loop(loader, network, noise_levels, epochs=epochs, lr=learning_rate):
        pass

    def sample(n):
        *_, x0 = sd.samples(network, noise_levels.sample_sigmas(steps), gam=gam, mu=mu, batchsize=n)
        return {"x": x0.flatten(1).numpy() / scale + shift}

    return sample


if __name__ == "__main__":
    main(fit)
