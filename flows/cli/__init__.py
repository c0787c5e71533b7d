"""The command line: `captains …`. Nothing heavy is imported before a command needs it."""

from flows.cli.app import app, command, main

__all__ = ["app", "command", "main"]
