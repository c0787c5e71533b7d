"""What `captains doctor` asks of a server, a bus, voices and what killed commands left behind, and
what of it is safe to put right.
"""
