"""What a Prefect server needs of this project, declared in files: work pools, limits, deployments.

Everything here is idempotent, and says line by line what it has done.
"""
