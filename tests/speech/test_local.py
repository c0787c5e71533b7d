"""Voices of this machine: espeak-ng as it is, and programs that go wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from spectator.speech.clip import ClipKind
from spectator.speech.local import Program, espeak, piper
from spectator.speech.voice import LineFailed, VoiceGone, speakable
from tests.speech.sounds import loudness, tone


def program(script: str, longest_s: float = 20.0) -> Program:
    command = (sys.executable, "-c", script)
    return Program(name="p", model="p", speaker="s", command=command, longest_s=longest_s)


async def test_espeak_is_audible(espeak_ng: str):
    clip = await espeak(espeak_ng).speak("Khan to Rao: driven for FOUR.")
    assert clip.kind is ClipKind.WAV
    assert 1.0 < clip.duration_s < 10.0
    assert loudness(clip.content) > 0.02


@pytest.mark.parametrize(
    "text", ["-v de --help", "[[h@l'oU]] <mark/>", "`rm` $(id) 'x'", "Ünal 🏏"]
)
async def test_espeak_says_any_text(espeak_ng: str, text: str):
    assert loudness((await espeak(espeak_ng).speak(speakable(text))).content) > 0.01


async def test_a_longer_text_lasts_longer(espeak_ng: str):
    short, long = [await espeak(espeak_ng).speak("Four. " * n) for n in (1, 5)]
    assert long.duration_s > 2 * short.duration_s


async def test_a_programs_text_comes_by_stdin(tmp_path: Path):
    (tmp_path / "tone.wav").write_bytes(tone())
    heard = tmp_path / "heard"
    script = (
        f"import sys, pathlib; pathlib.Path({str(heard)!r}).write_text(sys.stdin.read());"
        f"sys.stdout.buffer.write(pathlib.Path({str(tmp_path / 'tone.wav')!r}).read_bytes())"
    )
    await program(script).speak("Four.")
    assert heard.read_text() == "Four.\n"


@pytest.mark.parametrize("script", ["raise SystemExit(3)", "print('no sound')", ""])
async def test_a_program_that_fails_costs_the_line(script: str):
    with pytest.raises(LineFailed):
        await program(script).speak("Four.")


async def test_a_program_that_hangs_is_ended():
    with pytest.raises(LineFailed, match="it took over"):
        await program("import time; time.sleep(60)", longest_s=0.1).speak("Four.")


async def test_a_program_that_is_not_there_is_gone():
    gone = Program(name="p", model="p", speaker="s", command=("/no/such/program",))
    with pytest.raises(VoiceGone):
        await gone.speak("Four.")


STAND_IN = """
import pathlib, sys
model, out = sys.argv[sys.argv.index("--model") + 1], sys.argv[sys.argv.index("--output_file") + 1]
assert out == "-" and sys.stdin.read() == "Four.\\n", sys.argv
sys.stdout.buffer.write(pathlib.Path(model).read_bytes())
"""


async def test_piper_is_given_the_line_and_its_voice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "piper").mkdir()
    (tmp_path / "piper" / "__init__.py").touch()
    (tmp_path / "piper" / "__main__.py").write_text(STAND_IN)
    voice = tmp_path / "joe.onnx"
    voice.write_bytes(tone())  # what the stand-in says
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert (await piper(voice).speak("Four.")).content == tone()


def test_piper_is_a_program_of_its_own():
    voice = piper(Path("/voices/joe.onnx"))
    assert voice.command[:3] == (sys.executable, "-m", "piper")
    assert voice.speaker == "joe"
    assert "piper" not in sys.modules
