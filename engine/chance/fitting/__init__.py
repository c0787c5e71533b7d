"""The parts of the fitting program `python -m engine.chance.fit`. Nothing here runs in a match."""
