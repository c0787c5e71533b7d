"""What results say and how surely: the arithmetic, which knows nothing of files or runs.

`docs/statistics.md` has the formulae, their sources, and what was measured of each.
"""
