"""Prefect: flows, tasks, limits, artifacts, deployments, settings; the command line joins the
rooms.

Nothing is imported here, so that `captains --help` answers without waiting for Prefect.
"""
