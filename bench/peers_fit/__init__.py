"""Perdure's fits beside those of other implementations of FSRS-6, in one run. `python -m bench.peers_fit --help`."""
