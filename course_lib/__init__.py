"""A course on synthetic data and model collapse."""
