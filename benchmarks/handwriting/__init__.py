"""Real handwriting: sets → samples → verdicts → figures. The command is benchmarks/realworld.py."""
