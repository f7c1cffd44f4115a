"""Voice notes are encoded anew: nothing but the sound survives, and what is no sound is refused with a sentence."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import av
import pytest

from issues.errors import FileTooLarge
from issues.files import voice, voice_encoder
from issues.files.voice import VoiceRefused
from tests.issues.reports import picture
from tests.issues.sounds import KINDS, film, heard, sound


def prepared(content: bytes, name: str = "voice.webm") -> voice.Voice:
    return voice.prepare(BytesIO(content), size=len(content), name=name)


@pytest.mark.parametrize("kind", KINDS)
def test_recording_of_any_telephone_when_prepared_is_the_same_sound_without_its_notes(kind):
    content = sound(kind, 2.0)
    assert b"SECRET" in content or kind == "adts"  # which has no place for them

    note = prepared(content)

    length, loudness = heard(note.mp3)
    assert note.seconds == pytest.approx(2.0, abs=0.1)
    assert length == pytest.approx(2.0, abs=0.15)
    assert loudness[3:17].min() > 0.5 * loudness.max() > 0.05  # the tone all along, not silence
    assert not any(word in note.mp3 for word in (b"SECRET", b"ID3", b"TAG", b"Lavf", b"+43.9"))


def test_iphone_that_writes_in_fragments_and_two_channels_is_understood():
    note = prepared(sound("mp4", 1.5, channels=2, fragmented=True))

    assert note.seconds == pytest.approx(1.5, abs=0.1)


def test_same_recording_twice_gives_the_same_hash():
    content = sound("webm")

    assert prepared(content).sha256 == prepared(content).sha256


def test_minute_with_what_a_recorder_writes_after_the_limit_is_taken_and_more_is_not():
    assert prepared(sound("ogg", 61.0)).seconds == pytest.approx(61.0, abs=0.2)

    with pytest.raises(VoiceRefused, match="60 seconds"):
        prepared(sound("ogg", 63.0))


def test_long_recording_is_refused_before_it_is_decoded_to_its_end(monkeypatch):
    long = sound("ogg", 90.0)
    decoded = []
    genuine = av.AudioResampler

    class Counting:
        def __init__(self, **options):
            self.resampler = genuine(**options)

        def resample(self, frame):
            decoded.append(frame)
            return self.resampler.resample(frame)

    monkeypatch.setattr("av.AudioResampler", Counting)

    with pytest.raises(voice_encoder.Unfit) as unfit:
        voice_encoder.encoded(long, "ogg", 62.0)

    assert unfit.value.status == voice_encoder.TOO_LONG
    assert sum(frame.samples for frame in decoded) / 48_000 == pytest.approx(62.0, abs=1.0)


def test_film_is_refused_as_a_film():
    with pytest.raises(VoiceRefused, match="is a film"):
        prepared(film(), "party.webm")


def archive() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("note.txt", "SECRET")
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a sound",
        picture(),
        archive(),
        b"%PDF-1.7",
        b"<html><script>alert(1)</script></html>",
        b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 20,
        b"\xff\xfb\x90\x00" * 3,
        b"RIFF\xff\xff\xff\xffWAVEfmt " + b"\xff" * 400,
        sound("mp4", 2.0)[:3000],
        sound("webm", 2.0)[:60],
    ],
    ids=[
        "empty",
        "text",
        "photo",
        "zip",
        "pdf",
        "html",
        "noise as webm",
        "mp3 without sound",
        "wav of nonsense",
        "cut mp4",
        "cut webm",
    ],
)
def test_what_is_no_sound_is_refused_with_a_sentence_that_names_it(content):
    with pytest.raises(VoiceRefused, match="IMG_1") as refused:
        prepared(content, "../../IMG_1.mp3")

    assert (refused.value.status, refused.value.field) == (422, "voice")


def test_file_over_the_limit_is_refused_unread():
    class Unreadable(BytesIO):
        def read(self, *_):
            pytest.fail("read")

    with pytest.raises(FileTooLarge, match="4 MB") as refused:
        voice.prepare(Unreadable(), size=5 * 1024 * 1024, name="big.wav")
    assert refused.value.status == 413


def test_decoder_that_never_ends_is_given_up(monkeypatch, tmp_path: Path):
    endless = tmp_path / "endless.py"
    endless.write_text("while True: pass")
    monkeypatch.setattr(voice, "_ENCODER", endless)
    monkeypatch.setattr(voice, "PATIENCE_S", 0.3)

    with pytest.raises(VoiceRefused, match="cannot be heard"):
        prepared(sound("webm"))


def test_decoder_can_write_no_file(tmp_path: Path):
    probe, out = tmp_path / "probe.py", tmp_path / "out"
    probe.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        f"sys.path.insert(0, {str(Path(voice_encoder.__file__).parent)!r})\n"
        "import voice_encoder\n"
        "voice_encoder.confine()\n"
        f"Path({str(out)!r}).write_bytes(b'x' * 100)\n"
    )

    done = subprocess.run([sys.executable, "-I", "-B", str(probe)], capture_output=True, text=True, check=False)

    assert "File too large" in done.stderr
    assert out.read_bytes() == b""


def test_encoder_is_started_without_our_environment(monkeypatch):
    started: dict[str, object] = {}

    def run(command, **options):
        started.update(options, command=command)
        return subprocess.CompletedProcess(command, voice_encoder.BROKEN, b"", b"")

    monkeypatch.setattr(subprocess, "run", run)

    with pytest.raises(VoiceRefused):
        prepared(b"OggS" + bytes(20))
    assert (started["env"], started["timeout"], "-I" in str(started["command"])) == ({}, voice.PATIENCE_S, True)
