"""Sound files as telephones and browsers make them, and things that only look like them."""

from __future__ import annotations

from io import BytesIO

import av
import numpy as np

from issues.files import voice
from issues.files.voice import Voice

RATE = 48_000
# By the name of the container: codec, and what the telephone calls it.
KINDS = {
    "webm": ("libopus", "audio/webm"),
    "ogg": ("libopus", "audio/ogg"),
    "mp4": ("aac", "audio/mp4"),
    "ipod": ("aac", "audio/x-m4a"),
    "adts": ("aac", "audio/aac"),
    "mp3": ("libmp3lame", "audio/mpeg"),
    "wav": ("pcm_s16le", "audio/wav"),
    "flac": ("flac", "audio/flac"),
}


def sound(kind: str = "webm", seconds: float = 1.0, *, channels: int = 1, fragmented: bool = False) -> bytes:
    """A tone of 440 Hz, with a title and a comment that must not survive."""
    codec, _type = KINDS[kind]
    rate = 44_100 if codec == "libmp3lame" else RATE
    layout = "mono" if channels == 1 else "stereo"
    out = BytesIO()
    options = {"movflags": "frag_keyframe+empty_moov"} if fragmented else {}
    with av.open(out, "w", format=kind, options=options) as target:
        target.metadata.update({"title": "SECRET title", "comment": "SECRET comment", "location": "+43.9+119.3/"})
        stream = target.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        resampler = av.AudioResampler(format=stream.codec_context.format or "s16", layout=layout, rate=rate)
        tone = np.sin(np.arange(int(rate * seconds)) * 2 * np.pi * 440 / rate) * 12_000
        frame = av.AudioFrame.from_ndarray(np.repeat(tone.astype(np.int16), channels)[None, :], format="s16", layout=layout)
        frame.rate = rate
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            piece.pts = None
            target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return out.getvalue()


def film() -> bytes:
    """A second of moving pictures with sound."""
    out = BytesIO()
    with av.open(out, "w", format="webm") as target:
        stream = target.add_stream("libvpx", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for n in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), n * 20, np.uint8), format="rgb24")
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return out.getvalue()


def heard(mp3: bytes) -> tuple[float, np.ndarray]:
    """(length in seconds, loudness of each tenth of a second) of what is stored."""
    with av.open(BytesIO(mp3), "r", format="mp3") as source:
        rate = source.streams.audio[0].rate
        samples = np.concatenate([frame.to_ndarray().mean(axis=0) for frame in source.decode(audio=0)])
    tenth = rate // 10
    whole = samples[: len(samples) // tenth * tenth].reshape(-1, tenth)
    return len(samples) / rate, np.abs(whole).mean(axis=1)


def voice_note(seconds: float = 2.0) -> Voice:
    """A voice note as the intake takes it."""
    content = sound("webm", seconds)
    return voice.prepare(BytesIO(content), size=len(content), name="voice.webm")
