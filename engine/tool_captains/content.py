"""What a captain plays by beside his settings, as a digest."""

from __future__ import annotations

from engine.captains import CaptainSpec, content_digest, settings_of
from engine.captains.llm import LlmSettings


def played_by(spec: CaptainSpec) -> str | None:
    """A recording's, or of all that shapes what a language model is sent; None where the settings
    are all. Raises `BadPreset`, or `BrokenRecord` for what cannot be read.
    """
    settings = settings_of(spec)
    if isinstance(settings, LlmSettings):
        # A specimen of a match is digested: not for those who have no such captain.
        from engine.tool_captains.llm.loading import load_prompt

        return load_prompt(settings.prompt, spec.name).digest
    return content_digest(spec)
