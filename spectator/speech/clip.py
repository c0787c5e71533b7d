"""A spoken line as bytes: what it is and how long it lasts, read from the bytes themselves."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ClipKind(StrEnum):
    """The value is the ending of the name."""

    WAV = "wav"
    MP3 = "mp3"

    @property
    def media_type(self) -> str:
        return "audio/wav" if self is ClipKind.WAV else "audio/mpeg"


class NotAudio(ValueError):
    """The bytes are no WAV and no MP3 that anybody could play."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    content: bytes
    kind: ClipKind
    duration_s: float


LONGEST_S: Final = 120.0
_RIFF: Final = 12  # bytes: RIFF, size, WAVE
_CHUNK: Final = 8  # bytes: name, size
# ISO 11172-3 and 13818-3, layer III: kbit/s by the header's index.
_KBITS_1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_KBITS_2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)


def clip_of(content: bytes) -> Clip:
    """Raises `NotAudio`. A WAV that was written as a stream, without its sizes, is given them."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        clip = _wav(content)
    elif content[:3] == b"ID3" or _is_frame(content[:2]):
        clip = _mp3(content)
    else:
        raise NotAudio("neither WAV nor MP3")
    if not 0.0 < clip.duration_s <= LONGEST_S:
        raise NotAudio(f"lasts {clip.duration_s:.1f} s; allowed: up to {LONGEST_S:g}")
    return clip


def _wav(content: bytes) -> Clip:
    at, bytes_a_second = _RIFF, 0
    while at + _CHUNK <= len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        body = at + _CHUNK
        if name == b"fmt " and body + 16 <= len(content):
            (bytes_a_second,) = struct.unpack_from("<I", content, body + 8)
        if name == b"data":
            if not bytes_a_second:
                break
            samples = content[body : body + size]
            return Clip(
                content=_sized(content[:at], samples),
                kind=ClipKind.WAV,
                duration_s=len(samples) / bytes_a_second,
            )
        at = body + size + size % 2
    raise NotAudio("a WAV without its samples")


def _sized(before: bytes, samples: bytes) -> bytes:
    head = before + struct.pack("<4sI", b"data", len(samples))
    return head[:4] + struct.pack("<I", len(head) + len(samples) - _CHUNK) + head[8:] + samples


def _mp3(content: bytes) -> Clip:
    """By the first frame's rate, as voices are of a constant one."""
    at = _after_id3(content)
    header = content[at : at + 4]
    if len(header) < 4 or not _is_frame(header[:2]):
        raise NotAudio("an MP3 without a frame")
    kbits = (_KBITS_1 if header[1] & 0x18 == 0x18 else _KBITS_2)[header[2] >> 4]
    if not kbits:
        raise NotAudio("an MP3 without a rate")
    duration_s = (len(content) - at) * 8 / (kbits * 1000)
    return Clip(content=content, kind=ClipKind.MP3, duration_s=duration_s)


def _after_id3(content: bytes) -> int:
    if content[:3] != b"ID3" or len(content) < 10:
        return 0
    size = 0
    for part in content[6:10]:  # seven bits each
        size = size << 7 | part & 0x7F
    return 10 + size


def _is_frame(start: bytes) -> bool:
    """Eleven set bits, a version that is not reserved, layer III."""
    return (
        len(start) == 2
        and start[0] == 0xFF
        and start[1] & 0xE0 == 0xE0
        and start[1] & 0x18 != 0x08
        and start[1] & 0x06 == 0x02
    )
