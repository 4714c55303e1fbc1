"""When flashes are seen and clicks are heard in what FFmpeg reads: lips_of_flv.py URL SECONDS. Runs in peers_venv's Python.

Prints {"sound": codec, "flashes": [...], "clicks": [...]}, seconds of the stream's own timestamps.
"""
import array
import json
import sys

import av

BRIGHT, LOUD = 150, 0.1
APART_S = 0.3  # a flash or a click is one until so long after it began
found = {"video": [], "audio": []}


def note(kind, at) -> None:
    if not found[kind] or at - found[kind][-1] > APART_S:
        found[kind].append(at)


def look(frame) -> None:
    line = bytes(frame.planes[0])[: frame.width]
    if sum(line) / len(line) > BRIGHT:
        note("video", frame.time)


def listen(frame) -> None:
    samples = array.array("f", bytes(frame.planes[0]))[: frame.samples]
    loud = next((i for i, sample in enumerate(samples) if abs(sample) > LOUD), None)
    if loud is not None:
        note("audio", frame.time + loud / frame.sample_rate)


with av.open(sys.argv[1], timeout=15) as source:
    began = None
    for frame in source.decode(video=0, audio=0):
        began = frame.time if began is None else began
        look(frame) if isinstance(frame, av.VideoFrame) else listen(frame)
        if frame.time - began > float(sys.argv[2]):
            break
    sound = source.streams.audio[0].codec_context.name
print(json.dumps({"sound": sound, "flashes": found["video"], "clicks": found["audio"]}))
