"""The process that reads foreign sound: stdin in, the length in seconds and MP3 out. Knows nothing of the program.

Run as a script, `voice_encoder.py KIND SECONDS`, by `issues.files.voice`. Whatever a hostile file makes of the decoder, it happens
here: without our environment, without files to write, with bounded memory and time. The exit status says what was wrong.
"""

from __future__ import annotations

import resource
import sys
from io import BytesIO

RATE, BIT_RATE = 24_000, 48_000  # Hz, bit/s: speech, one channel, constant, so that a place in it is found without an index
BROKEN, TOO_LONG, HAS_PICTURES = 3, 4, 5
DECODERS = frozenset(
    {"opus", "libopus", "vorbis", "aac", "mp3", "mp3float", "flac", "amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb"}
    | {"pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_u8", "alac"}
)
_MEMORY = 1 << 30
_CPU_S = 15


class Unfit(Exception):
    """The file is not taken; `status` is how the process ends."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def confine() -> None:
    """From here on: little memory, little time, no files written, no core left behind."""
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def encoded(content: bytes, kind: str, longest_s: float) -> tuple[float, bytes]:
    """(seconds, MP3 bytes without tags) of the only sound in the file. Raises Unfit, and whatever the decoder does."""
    import av

    out = BytesIO()
    bare = {"write_xing": "0", "id3v2_version": "0", "write_id3v1": "0"}
    with av.open(BytesIO(content), "r", format=kind) as source, av.open(out, "w", format="mp3", options=bare) as target:
        if any(not stream.disposition & av.stream.Disposition.attached_pic for stream in source.streams.video):
            raise Unfit(HAS_PICTURES)
        if len(source.streams.audio) != 1 or source.streams.audio[0].codec_context.name not in DECODERS:
            raise Unfit(BROKEN)
        written = target.add_stream("libmp3lame", rate=RATE, layout="mono")
        written.bit_rate = BIT_RATE
        resampler = av.AudioResampler(format="s16p", layout="mono", rate=RATE)
        samples = 0
        for frame in source.decode(source.streams.audio[0]):
            for piece in resampler.resample(frame):
                samples += piece.samples
                if samples > longest_s * RATE:
                    raise Unfit(TOO_LONG)
                piece.pts = None
                target.mux(written.encode(piece))
        for piece in resampler.resample(None):
            samples += piece.samples
            target.mux(written.encode(piece))
        target.mux(written.encode(None))
    if not samples:
        raise Unfit(BROKEN)
    return samples / RATE, out.getvalue()


def main(kind: str, longest_s: str) -> int:
    confine()
    try:
        seconds, mp3 = encoded(sys.stdin.buffer.read(), kind, float(longest_s))
    except Unfit as unfit:
        return unfit.status
    except Exception:
        return BROKEN
    sys.stdout.buffer.write(f"{seconds:.2f}\n".encode() + mp3)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
