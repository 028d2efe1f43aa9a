"""Perdure beside other implementations of FSRS-6, on the same histories, in one run. `python -m bench.peers --help`."""
