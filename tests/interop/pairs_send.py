"""Publishes clips over and over, at the pace of life: pairs_send.py JSON. Runs in peers_venv's Python until it is ended.

JSON is a list of {"outputs": [{"url", "format", "options", "clips": [path, ...]}]}: one stream each, whose outputs share a
clock. The clips hold one track each, last LOOP_S, and decode in the order in which they show.
"""
import json
import sys
import threading
import time
from fractions import Fraction

import av
import av.logging

LOOP_S = Fraction(32, 25)  # both 25 pictures a second and frames of 1024 samples at 48 kHz divide it
AHEAD_S = 0.1
CONNECT_S = 10


class Clip:
    """The packets of one track, laid out evenly over LOOP_S."""

    def __init__(self, path):
        self.container = av.open(path)
        self.track = self.container.streams[0]
        self.packets = [(bytes(packet), packet.is_keyframe) for packet in self.container.demux(self.track) if packet.size]
        step = Fraction(1, 25) if self.track.type == "video" else Fraction(self.track.codec_context.frame_size or 960, 48000)
        self.packets = self.packets[:int(LOOP_S / step)]
        self.step = step

    def forever(self, stream):
        """(seconds, packet of `stream`) in the order of time, without end."""
        count = 0
        while True:
            data, key = self.packets[count % len(self.packets)]
            packet = av.Packet(data)
            packet.time_base = Fraction(1, 48000)
            packet.pts = packet.dts = int(count * self.step * 48000)
            packet.duration = int(self.step * 48000)
            packet.is_keyframe = key
            packet.stream = stream
            yield count * self.step, packet
            count += 1


def opened(output):
    """The container of an output, with a queue for each of its clips."""
    clips = [Clip(path) for path in output["clips"]]
    container = av.open(output["url"], "w", format=output["format"], options=output.get("options", {}), timeout=CONNECT_S)
    streams = [container.add_stream_from_template(clip.track, opaque=True) for clip in clips]
    return [(container, clip.forever(stream)) for clip, stream in zip(clips, streams)]


def publish(outputs):
    lanes = [lane for output in outputs for lane in opened(output)]
    heads = [next(packets) for _, packets in lanes]
    started = time.monotonic()
    while True:
        first = min(range(len(lanes)), key=lambda i: heads[i][0])
        due, packet = heads[first]
        time.sleep(max(0, started + float(due) - AHEAD_S - time.monotonic()))
        lanes[first][0].mux(packet)
        heads[first] = next(lanes[first][1])


def run(stream):
    try:
        publish(stream["outputs"])
    except Exception as failure:
        print(f"{stream['outputs'][0]['url']}: {failure!r}", flush=True)


av.logging.set_level(av.logging.WARNING)
threads = [threading.Thread(target=run, args=(stream,), daemon=True) for stream in json.loads(sys.argv[1])]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
