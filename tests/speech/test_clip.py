"""What a clip is, read from its bytes."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spectator.speech.clip import ClipKind, NotAudio, clip_of
from tests.speech.sounds import MP3_FRAME, loudness, tone


def test_a_wav_lasts_as_long_as_its_samples():
    clip = clip_of(tone(0.5))
    assert (clip.kind, clip.duration_s) == (ClipKind.WAV, 0.5)


def test_a_wav_that_was_written_as_a_stream_is_given_its_sizes():
    whole = tone(0.5)
    streamed = whole[:4] + struct.pack("<I", 0xFFFFFFFF) + whole[8:40] + b"\xff" * 4 + whole[44:]
    assert clip_of(streamed) == clip_of(whole)
    assert loudness(clip_of(streamed).content) > 0.1


def test_an_mp3_lasts_as_its_rate_says():
    clip = clip_of(MP3_FRAME * 100)
    assert clip.kind is ClipKind.MP3
    assert clip.duration_s == pytest.approx(417 * 100 * 8 / 128_000)


def test_an_mp3_may_begin_with_a_tag():
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 0, 20]) + bytes(20)
    assert clip_of(tag + MP3_FRAME).duration_s == clip_of(MP3_FRAME).duration_s


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"RIFF", tone()[:30], b"ID3\x04\x00", b"\xff\xfb\x00\x00", b"\xff\xfb"],
)
def test_what_is_no_sound_is_refused(content: bytes):
    with pytest.raises(NotAudio):
        clip_of(content)


@given(st.binary(max_size=200), st.sampled_from([b"", b"RIFF....WAVE", b"ID3", b"\xff\xfb"]))
def test_any_bytes_are_a_clip_or_refused(content: bytes, before: bytes):
    with suppress(NotAudio):
        assert clip_of(before + content).duration_s > 0
