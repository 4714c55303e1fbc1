"""KLV from end to end: what a drone's encoder sends comes out byte for byte, whatever the way."""
import base64
import json
import pathlib
import socket
import struct
import tempfile
import urllib.request

from browser import WEB, Browser
from harness import Server, Skip, free_port, need, peer, wait_for

DEBIAN_PYTHON = "/usr/bin/python3"  # has GStreamer's bindings
NAME = "live/alpha"
PACKETS_LEAST = 8
SCHEME = "urn:misb:KLV:bin:1910.1"


def recorded():
    """(a transport stream with pictures and KLV, its KLV packets in their order)."""
    if not pathlib.Path(DEBIAN_PYTHON).exists():
        raise Skip("Debian's Python is not installed")
    file = pathlib.Path(tempfile.mkdtemp(prefix="eyas-klv-")) / "klv.ts"
    maker = peer(DEBIAN_PYTHON, "tests/interop/klv_ts.py", file)
    if maker.wait() != 0:
        raise Skip(f"GStreamer's bindings are not installed: {maker.output[-200:]}")
    return file, [bytes.fromhex(line) for line in maker.output.split()]


def check_run(received, sent) -> None:
    """What came is what was sent, without a hole."""
    assert len(received) >= PACKETS_LEAST, received
    first = sent.index(received[0])
    assert received == sent[first:first + len(received)], received


def wait_klv(server) -> int:
    """The id of the stream's KLV track, once it flows."""
    def flows():
        tracks = (server.stream(NAME) or {"tracks": []})["tracks"]
        return next((track["id"] for track in tracks if track["media_type"] == "application/klv" and track["frames"] > 0), None)
    return wait_for(flows, 20, f"a KLV track\n{server.output}\n")


def publish_by_rtsp(server, file) -> None:
    need("gst-launch-1.0")
    peer("gst-launch-1.0", "-q", "filesrc", f"location={file}", "!", "tsdemux", "name=d", "d.", "!", "queue", "!", "h264parse", "!", "s.",
         "d.", "!", "meta/x-klv", "!", "queue", "!", "s.", "rtspclientsink", "name=s", f"location={server.rtsp(NAME)}", "protocols=tcp")


def publish_by_udp(file) -> Server:
    """TS over UDP into a server that pulls it."""
    port = free_port(socket.SOCK_DGRAM)
    server = Server({"sources.pulls": json.dumps([{"name": NAME, "url": f"udp://127.0.0.1:{port}"}]), "sources.dial_allow": "127.0.0.0/8"})
    peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re", "-stream_loop", "-1", "-i", file, "-map", "0", "-c", "copy", "-f", "mpegts",
         f"udp://127.0.0.1:{port}?pkt_size=1316")
    return server


def lines_of(server, track, count):
    with urllib.request.urlopen(server.http(f"/{NAME}/data?track={track}"), timeout=15) as answer:
        return [json.loads(answer.readline()) for _ in range(count)]


def test_rtsp_in_and_out_and_as_lines():
    file, sent = recorded()
    server = Server()
    publish_by_rtsp(server, file)
    track = wait_klv(server)
    out = file.parent / "out.klv"
    peer("gst-launch-1.0", "-q", "rtspsrc", f"location={server.rtsp(NAME)}", "protocols=tcp", "latency=0", "name=r", "r.", "!",
         "application/x-rtp,media=application", "!", "rtpklvdepay", "!", "filesink", f"location={out}", "buffer-mode=unbuffered",
         "r.", "!", "application/x-rtp,media=video", "!", "fakesink")
    wait_for(lambda: server.stream(NAME)["readers"]["by_protocol"].get("rtsp"), 20, "the RTSP viewer")
    lines = lines_of(server, track, PACKETS_LEAST)
    check_run([base64.b64decode(line["base64"]) for line in lines], sent)
    times = [line["pts_ms"] for line in lines]
    assert times == sorted(times) and times[-1] > times[0], times
    length = len(sent[0])
    wait_for(lambda: out.exists() and out.stat().st_size >= PACKETS_LEAST * length, 10, "KLV from RTSP")
    got = out.read_bytes()
    check_run([got[at:at + length] for at in range(0, len(got) // length * length, length)], sent)


# In fragments of HLS and DASH.

def boxes(data: bytes):
    """(type, body) of the boxes that lie one behind the other."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        yield kind.decode(), data[at + 8:at + size]
        at += size


def events_of(segment: bytes):
    """[(scheme, seconds, data)] of the event messages of version 1 [ISO 23009-1 5.10.3.3]."""
    found = []
    for kind, body in boxes(segment):
        if kind == "emsg":
            version, timescale, time = struct.unpack_from(">B3xIQ", body)
            assert version == 1
            scheme, _value, data = body[24:].split(b"\0", 2)
            found.append((scheme.decode(), time / timescale, data))
    return found


def wait_segment(server) -> str:
    """The address of a whole segment of the pictures."""
    wait_for(lambda: server.get(f"/{NAME}/index.m3u8", timeout=15)[0] == 200, 20, "the playlist")

    def whole():
        lines = server.get(f"/{NAME}/hls/video.m3u8")[2].decode().splitlines()
        return next((line for line in lines if line.endswith(".m4s") and not line.startswith("#")), None)
    return f"/{NAME}/hls/{wait_for(whole, 10, 'a segment')}"


def test_event_messages_in_segments():
    file, sent = recorded()
    server = publish_by_udp(file)
    wait_klv(server)
    events = events_of(server.get(wait_segment(server))[2])
    assert {scheme for scheme, _, _ in events} == {SCHEME}, events
    check_run([data for _, _, data in events], sent)
    times = [time for _, time, _ in events]
    # Ten a second in the mean: asynchronous KLV has the time of the pictures that it came with.
    assert times == sorted(times) and abs((times[-1] - times[0]) / (len(times) - 1) - 0.1) < 0.02, times
    manifest = server.get(f"/{NAME}/index.mpd", timeout=15)[2].decode()
    assert f'<InbandEventStream schemeIdUri="{SCHEME}"' in manifest, manifest


def players_get_events(library, page, play):
    if not library.exists():
        raise Skip(f"web/node_modules has no {library.name}")
    file, sent = recorded()
    server = publish_by_udp(file)
    wait_klv(server)
    wait_segment(server)
    browser = Browser(server, library, page)
    seen = browser.run(play, server.http(f"/{NAME}"), SCHEME, PACKETS_LEAST, 20_000)
    assert not seen["errors"], seen
    assert set(seen["events"]) <= {packet.hex() for packet in sent} and len(seen["events"]) >= PACKETS_LEAST, seen
    assert seen["frames"] > 0, seen


def test_hls_js_gets_the_events():
    players_get_events(WEB / "node_modules" / "hls.js" / "dist" / "hls.min.js", "klv_page.js", "hlsEvents")


def test_dash_js_gets_the_events():
    players_get_events(WEB / "node_modules" / "dashjs" / "dist" / "modern" / "umd" / "dash.all.min.js", "klv_page.js", "dashEvents")
