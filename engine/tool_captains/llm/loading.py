"""A captain's prompt by its name, with the digest of all that shapes what his model is sent."""

from __future__ import annotations

import hashlib

from engine.captains.prompts import prompt_text
from engine.tool_captains.llm.prompts import Prompt
from engine.tool_captains.llm.specimen import wording_digest


def load_prompt(named: str, captain: str) -> Prompt:
    """Raises `BadPreset`, of that captain."""
    text = prompt_text(named, captain)
    digest = hashlib.sha256(f"{wording_digest()}\n{text}".encode()).hexdigest()
    return Prompt(name=named, text=text, digest=digest)
