"""Commentary aloud: voices, the line that is worth saying next, clips on the bus."""

from spectator.speech.choosing import (
    Chosen,
    Found,
    Unavailable,
    Wish,
    check_wish,
    choose_voices,
    look_around,
    voice_note,
)
from spectator.speech.speaker import Speaker, SpeechLimits
from spectator.speech.uploading import Studio
from spectator.speech.voice import Voice

__all__ = [
    "Chosen",
    "Found",
    "Speaker",
    "SpeechLimits",
    "Studio",
    "Unavailable",
    "Voice",
    "Wish",
    "check_wish",
    "choose_voices",
    "look_around",
    "voice_note",
]
