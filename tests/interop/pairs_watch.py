"""Watches many streams in many ways at once: pairs_watch.py JSON. Runs in peers_venv's Python.

JSON is a list of {"key", "way", "url", "options", "pictures", "sounds"}; `pictures` and `sounds` are how many must be decoded.
The way "whep" has "codec", which the viewer offers, and "relay", the command that passes on what comes as RTP.
Prints a JSON object: for each key {"video", "audio", "size", "pictures", "sounds", "faults"}.
"""
import asyncio
import contextlib
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import av
import av.logging
from aiortc import RTCPeerConnection, RTCSessionDescription

DEADLINE_S = 25
AGAIN_S = 0.3
STALLED_S = 10
FORMATS = {"srt": "mpegts", "ts": "mpegts", "mjpeg": "mpjpeg", "flv": "flv", "dash": "matroska", "hls": "hls", "hls-ts": "hls", "rtsp": "rtsp", "whep": "sdp"}
SDP = """v=0
o=- 0 0 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=video {video} RTP/AVP 96
a=rtpmap:96 {codec}/90000
m=audio {audio} RTP/AVP 97
a=rtpmap:97 opus/48000/2
"""


class Seen:
    """What one viewer saw."""

    def __init__(self, wanted):
        self.wanted = wanted
        self.video = self.audio = self.size = None
        self.pictures = self.sounds = 0
        self.faults = []
        self.last = {}

    def enough(self) -> bool:
        return self.pictures >= self.wanted["pictures"] and self.sounds >= self.wanted["sounds"]

    def fault(self, text: str) -> None:
        if len(self.faults) < 5:
            self.faults.append(text)

    def moves_on(self, lane: str, at) -> None:
        """Notes a time stamp, which has to be later than the one before."""
        if at is None:  # RTSP, before the first report of its sender
            return
        if at <= self.last.get(lane, at - 1):
            self.fault(f"{lane} goes from {self.last[lane]} to {at}")
        self.last[lane] = at

    def frame(self, kind: str, frame) -> None:
        if kind == "audio":
            self.sounds += 1
            return
        self.pictures += 1
        self.size = f"{frame.width}x{frame.height}"
        if getattr(frame, "is_corrupt", False):
            self.fault(f"picture {self.pictures} is damaged")

    def facts(self) -> dict:
        return {"video": self.video, "audio": self.audio, "size": self.size, "pictures": self.pictures, "sounds": self.sounds,
                "faults": self.faults}


def through(wanted):
    """The program that speaks what PyAV's FFmpeg does not, if it does not, and writes what it gets."""
    if wanted["way"] == "srt":
        return ["srt-live-transmit", "-q", wanted["url"], "file://con"]
    if wanted["way"] == "dash":
        return ["ffmpeg", "-nostdin", "-v", "fatal", "-i", wanted["url"], "-map", "0:v?", "-map", "0:a?", "-c", "copy", "-f", "matroska", "-"]
    return None


def taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
            return False
        except OSError:
            return True


ports = iter(range(20_000, 21_000, 2))  # below those that the server is given; one more for RTCP, each
ports_lock = threading.Lock()


def free_port() -> int:
    with ports_lock:
        return next(port for port in ports if not taken(port) and not taken(port + 1))


@contextlib.contextmanager
def relayed(wanted, ends):
    """A description of where a WHEP viewer passes on what it gets; it begins once somebody listens there."""
    video, audio = free_port(), free_port()
    children = []
    stop = threading.Event()

    def begin():
        while not (taken(video) and taken(audio)):
            if stop.wait(0.02) or time.monotonic() > ends:
                return
        children.append(subprocess.Popen([*wanted["relay"], wanted["url"], str(video), str(audio), wanted["codec"]],
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    thread = threading.Thread(target=begin)
    thread.start()
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "relay.sdp"
        file.write_text(SDP.format(video=video, audio=audio, codec=wanted["codec"]))
        try:
            yield str(file)
        finally:
            stop.set()
            thread.join()
            for child in children:
                child.kill()
                child.wait()


@contextlib.contextmanager
def source(wanted, ends):
    """What PyAV opens: an address, or a program's output."""
    if wanted["way"] == "whep":
        with relayed(wanted, ends) as description:
            yield description
        return
    command = through(wanted)
    if command is None:
        yield wanted["url"]
        return
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    guard = threading.Timer(ends - time.monotonic(), program.kill)
    guard.start()
    try:
        yield program.stdout
    finally:
        guard.cancel()
        program.kill()
        program.wait()


def watch_container(wanted, seen, container, ends) -> None:
    streams = [stream for stream in container.streams if stream.type in ("video", "audio")]
    for stream in streams:
        stream.codec_context.thread_count = 1
        setattr(seen, stream.type, stream.codec_context.codec.canonical_name)
    for packet in container.demux(streams):
        if packet.size == 0:
            break
        seen.moves_on(packet.stream.type, packet.dts if packet.dts is not None else packet.pts)
        if packet.is_corrupt:
            seen.fault("a damaged packet")
        for frame in packet.decode():
            seen.frame(packet.stream.type, frame)
        if seen.enough() or time.monotonic() > ends:
            break


def watch_by_ffmpeg(wanted, seen, ends) -> None:
    options = {"analyzeduration": "1500000", **wanted.get("options", {})}
    with source(wanted, ends) as opened, av.open(opened, format=FORMATS.get(wanted["way"]), options=options, timeout=STALLED_S) as container:
        watch_container(wanted, seen, container, ends)


async def count(track, seen) -> None:
    while True:
        frame = await track.recv()
        seen.moves_on(track.kind, frame.pts)
        seen.frame(track.kind, frame)


async def watch_by_webrtc(wanted, seen, ends) -> None:
    peer = RTCPeerConnection()
    tasks = []
    peer.on("track", lambda track: tasks.append(asyncio.ensure_future(count(track, seen))))
    for kind in ("video", "audio"):
        peer.addTransceiver(kind, direction="recvonly")
    try:
        await peer.setLocalDescription(await peer.createOffer())
        request = urllib.request.Request(wanted["url"], peer.localDescription.sdp.encode(), {"Content-Type": "application/sdp"})
        answer = await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=STALLED_S).read().decode())
        for media in answer.split("\r\nm=")[1:]:
            codecs = [line.split()[1].split("/")[0].lower() for line in media.split("\r\n") if line.startswith("a=rtpmap:")]
            if codecs and "a=inactive" not in media:
                setattr(seen, media.split()[0], codecs[0])
        await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        while not seen.enough() and time.monotonic() < ends:
            await asyncio.sleep(0.05)
    finally:
        for task in tasks:
            task.cancel()
        await peer.close()


def attempt(wanted, ends) -> Seen:
    seen = Seen(wanted)
    with av.logging.Capture(local=True) as logs:
        try:
            if wanted["way"] == "whep-h264" or wanted.get("codec") == "H264":
                asyncio.run(watch_by_webrtc(wanted, seen, ends))
            else:
                watch_by_ffmpeg(wanted, seen, ends)
        except Exception as failure:
            text = failure.read().decode()[:200] if isinstance(failure, urllib.error.HTTPError) else ""
            seen.fault(f"{type(failure).__name__}: {failure} {text}".strip())
    for level, name, text in logs:
        if level <= av.logging.ERROR:
            seen.fault(f"{name}: {text.strip()}")
    return seen


def watch(wanted, results) -> None:
    """What opens only when there is enough to play is tried again; what was seen once is judged."""
    started = time.monotonic()
    ends = started + DEADLINE_S
    while True:
        seen = attempt(wanted, ends)
        # A relay on a busy machine may lose the first packets, before its keys stand, and asks for no keyframe: it begins anew.
        missed_the_beginning = wanted["way"] == "whep" and seen.faults
        if ((seen.pictures or seen.sounds) and not missed_the_beginning) or time.monotonic() + AGAIN_S > ends:
            break
        time.sleep(AGAIN_S)
    results[wanted["key"]] = {**seen.facts(), "seconds": round(time.monotonic() - started, 1)}


av.logging.set_level(av.logging.ERROR)
results = {}
threads = [threading.Thread(target=watch, args=(wanted, results)) for wanted in json.loads(sys.argv[1])]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(results))
