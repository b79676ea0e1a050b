"""Data → Keras model → models/NAME/: train, verify and compare; `python -m train --help`."""
