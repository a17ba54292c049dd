"""The VAE of pythae on pictures with values from 0 to 1."""

import logging
import tempfile

import torch
from peer import main
from pythae.data.datasets import BaseDataset
from pythae.models import BetaVAE, BetaVAEConfig
from pythae.samplers import GaussianMixtureSampler, GaussianMixtureSamplerConfig, NormalSampler
from pythae.trainers import BaseTrainer, BaseTrainerConfig

logging.disable(logging.WARNING)


def fit(data, *, seed, epochs, latent, batch, learning_rate, loss, beta=1.0, components=0, cosine=False):
    """Train; beta = 1 is pythae's plain VAE, and the networks are its default ones (one hidden layer of 512)."""
    x = torch.tensor(data["x"], dtype=torch.float32)
    config = BetaVAEConfig(input_dim=(x.shape[1],), latent_dim=latent, reconstruction_loss=loss, beta=beta)
    schedule = {"scheduler_cls": "CosineAnnealingLR", "scheduler_params": {"T_max": epochs}} if cosine else {}
    with tempfile.TemporaryDirectory() as folder:
        trainer = BaseTrainer(
            model=BetaVAE(config),
            train_dataset=BaseDataset(x, torch.zeros(len(x))),
            training_config=BaseTrainerConfig(
                output_dir=folder,
                num_epochs=epochs,
                per_device_train_batch_size=batch,
                learning_rate=learning_rate,
                seed=seed,
                no_cuda=True,
                **schedule,
            ),
        )
        trainer.train()
    model = trainer.model.eval()
    if components:
        sampler = GaussianMixtureSampler(model, GaussianMixtureSamplerConfig(n_components=components))
        sampler.fit(x)
    else:
        sampler = NormalSampler(model)
    return lambda n: {"x": sampler.sample(n).numpy()}


if __name__ == "__main__":
    main(fit)
