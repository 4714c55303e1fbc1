"""A newer FFmpeg than Debian's, as a peer: runs under build/peers (see tools/python_packages.txt), not under the tests' own
Python, and speaks Enhanced RTMP.

publish URL SECONDS VIDEO AUDIO ...   a test picture at 25 fps, a keyframe each second; further codecs are further tracks
play URL SECONDS                      prints what came: [{"type", "codec", "width", "packets", "pictures"}]
"""
import collections
import json
import sys
import time
from fractions import Fraction

import av

FPS, RATE = 25, 48000
ENCODER_OPTIONS = {
    "libx264": {"preset": "ultrafast", "tune": "zerolatency"},
    "libx265": {"preset": "ultrafast", "tune": "zerolatency", "x265-params": "log-level=error"},
    "libsvtav1": {"preset": "12", "svtav1-params": "pred-struct=1"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"},
}


def generator(*chain):
    """A filter graph's sink; `chain` holds (filter, arguments)."""
    graph = av.filter.Graph()
    filters = [graph.add(name, arguments) for name, arguments in chain]
    for first, second in zip(filters, filters[1:]):
        first.link_to(second)
    graph.configure()
    return graph, filters[-1]  # the graph must outlive its sink


class Picture:
    """One video track and where it is in time."""

    def __init__(self, container, encoder, index):
        self.stream = container.add_stream(encoder, rate=FPS, options=ENCODER_OPTIONS.get(encoder, {}))
        self.stream.width, self.stream.height = 320 - 64 * index, 180 - 36 * index
        self.stream.pix_fmt, self.stream.gop_size = "yuv420p", FPS
        size = f"size={self.stream.width}x{self.stream.height}:rate={FPS}"
        self.graph, self.sink = generator(("testsrc2", size), ("buffersink", ""))
        self.count = 0

    def packets(self, until_s):
        while self.count < until_s * FPS:
            frame = self.sink.pull()
            frame.pts, frame.time_base = self.count, Fraction(1, FPS)
            self.count += 1
            yield from self.stream.encode(frame)


class Tone:
    """One audio track and where it is in time."""

    def __init__(self, container, encoder):
        self.stream = container.add_stream(encoder, rate=RATE, layout="stereo")
        form = {"libopus": "flt", "flac": "s16"}.get(encoder, "fltp")
        self.graph, self.sink = generator(("sine", f"frequency=440:sample_rate={RATE}"),
                                          ("aformat", f"sample_fmts={form}:channel_layouts=stereo"), ("abuffersink", ""))
        self.queue, self.made, self.sent = av.AudioFifo(), 0, 0

    def packets(self, until_s):
        while self.made < until_s * RATE:
            frame = self.sink.pull()
            frame.pts = None
            self.made += frame.samples
            self.queue.write(frame)
            while (piece := self.queue.read(self.stream.codec_context.frame_size or 1024)) is not None:
                piece.pts, piece.time_base = self.sent, Fraction(1, RATE)
                self.sent += piece.samples
                yield from self.stream.encode(piece)


def publish(url, seconds, *encoders):
    container = av.open(url, "w", format="flv")
    tracks = []
    for encoder in encoders:
        pictures = sum(isinstance(track, Picture) for track in tracks)
        is_video = av.codec.Codec(encoder, "w").type == "video"
        tracks.append(Picture(container, encoder, pictures) if is_video else Tone(container, encoder))
    started, at = time.monotonic(), 0.0
    while at < float(seconds):
        at += 1 / FPS
        for track in tracks:
            for packet in track.packets(at):
                container.mux(packet)
        time.sleep(max(0, started + at - time.monotonic()))
    container.close()


def play(url, seconds):
    container = av.open(url, timeout=10, options={"analyzeduration": "1500000"})
    packets, pictures = collections.Counter(), collections.Counter()
    ends = time.monotonic() + float(seconds)
    for packet in container.demux():
        packets[packet.stream.index] += packet.size > 0
        if packet.stream.type == "video":
            pictures[packet.stream.index] += len(packet.decode())
        if time.monotonic() > ends:
            break
    print(json.dumps([{"type": stream.type, "codec": stream.codec_context.name, "width": getattr(stream, "width", 0),
                       "packets": packets[stream.index], "pictures": pictures[stream.index]}
                      for stream in container.streams]))


if __name__ == "__main__":
    {"publish": publish, "play": play}[sys.argv[1]](*sys.argv[2:])
