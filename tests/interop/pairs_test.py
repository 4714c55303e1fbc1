#!/usr/bin/env python3
"""Every pair of a way in and a way out that the codecs allow, with FFmpeg 8, aiortc, werift and srt-live-transmit as peers.

Each way in is one test: it publishes each pair of codecs once, and watches every way out of it at the same time.
`pairs_test.py --write [WAY ...]` writes what was seen to docs/interop.md instead of comparing it.
"""
import functools
import json
import pathlib
import socket
import sys
import tempfile
import urllib.error
import urllib.request

import pairs_table
import peers_npm
import peers_venv
from harness import ROOT, Process, Server, end_all, free_port, need, peer, run, wait_for

HERE = pathlib.Path(__file__).resolve().parent
SIZE = "256x144"
PICTURES, SOUNDS, IMAGES = 25, 25, 3
WATCH_S = 40
AV1_BY_RTP = {"strict": "experimental"}  # as FFmpeg calls it still
PICTURE = ["-f", "lavfi", "-i", f"testsrc2=size={SIZE}:rate=25"]
TONE = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
CODED = {
    "h264": ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"],
    "h265": ["-c:v", "libx265", "-preset", "ultrafast", "-tune", "zerolatency", "-x265-params",
             "log-level=none:keyint=16:min-keyint=16:scenecut=0:pools=none:frame-threads=1"],
    "av1": ["-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "pred-struct=1"],
    "aac": ["-c:a", "aac"],
    "opus": ["-c:a", "libopus"],
}
VIDEO = [*PICTURE, "-t", "1.28", "-pix_fmt", "yuv420p", "-g", "16"]
SOUND = [*TONE, "-t", "1.5", "-ac", "2"]
FILM_S = 4  # shorter than what is watched of it: there is a joint in it
CLIPS = {
    "h264.h264": [*VIDEO, *CODED["h264"]],
    "h265.hevc": [*VIDEO, *CODED["h265"]],
    "av1.mp4": [*VIDEO, *CODED["av1"]],
    "aac.mp4": [*SOUND, *CODED["aac"]],
    "opus.mp4": [*SOUND, *CODED["opus"]],
}

# FFmpeg would look at megabytes of a track that it does not know, such as AV1 in a transport stream.
OPTIONS = {"rtsp": {"rtsp_transport": "tcp"}, "whep": {"protocol_whitelist": "file,rtp,udp"},
           "srt": {"probesize": "100000"}, "ts": {"probesize": "100000"}}


@functools.cache
def clips() -> dict:
    """The path of each codec's clip, made once."""
    need("ffmpeg")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="eyas-pairs-"))
    for file, how in CLIPS.items():
        run("ffmpeg", "-nostdin", "-v", "error", *how, folder / file)
    return {file.split(".")[0]: str(folder / file) for file in CLIPS}


def name_of(pair) -> str:
    return "live/" + "-".join(pair)


def send(streams) -> Process:
    """Publishes {pair: [(url, format, options, codecs)]}."""
    asked = [{"outputs": [{"url": url, "format": form, "options": options, "clips": [clips()[codec] for codec in codecs]}
                          for url, form, options, codecs in outputs]} for outputs in streams.values()]
    return peer(peers_venv.python("aiortc"), HERE / "pairs_send.py", json.dumps(asked), timeout=120)


def by_rtmp(pairs):
    server = Server()
    return server, send({pair: [(server.rtmp(name_of(pair)), "flv", {}, pair)] for pair in pairs})


def by_rtsp(transport, pairs):
    server = Server()
    return server, send({pair: [(server.rtsp(name_of(pair)), "rtsp", {"rtsp_transport": transport, **AV1_BY_RTP}, pair)] for pair in pairs})


def udp(port) -> str:
    return f"udp://127.0.0.1:{port}?pkt_size=1316"


def by_srt(pairs):
    need("srt-live-transmit")
    server = Server()
    ports = {pair: free_port(socket.SOCK_DGRAM) for pair in pairs}
    for pair, port in ports.items():
        peer("srt-live-transmit", "-q", f"udp://127.0.0.1:{port}", server.srt(f"publish:{name_of(pair)}"), timeout=120)
    return server, send({pair: [(udp(port), "mpegts", {}, pair)] for pair, port in ports.items()})


def by_ts(pairs):
    ports = {pair: free_port(socket.SOCK_DGRAM) for pair in pairs}
    pulls = [{"name": name_of(pair), "url": f"udp://127.0.0.1:{port}"} for pair, port in ports.items()]
    server = Server({"sources.pulls": json.dumps(pulls), "sources.dial_allow": "127.0.0.0/8"})
    return server, send({pair: [(udp(port), "mpegts", {}, pair)] for pair, port in ports.items()})


def werift(role: str) -> list:
    return ["env", "-C", str(peers_npm.folder("werift")), "node", str(HERE / "werift_peer.mjs"), role]


def by_whip(pairs):
    """werift passes on the RTP that FFmpeg makes: it knows no codec, hence takes them all."""
    server = Server()
    streams = {}
    for pair in pairs:
        ports = [free_port(), free_port()]
        peer(*werift("publish"), server.http(f"/{name_of(pair)}/whip"), *ports, pair[0].upper(), timeout=120)
        streams[pair] = [(f"rtp://127.0.0.1:{port}?pkt_size=1200", "rtp", {"payload_type": str(96 + i), **AV1_BY_RTP}, [codec])
                         for i, (port, codec) in enumerate(zip(ports, pair))]
    return server, send(streams)


def by_file(pairs):
    """Films that the server plays again and again."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="eyas-films-"))
    for pair in pairs:
        coded = [part for codec in pair for part in CODED[codec]]
        run("ffmpeg", "-nostdin", "-v", "error", *PICTURE, *TONE, "-t", FILM_S, "-pix_fmt", "yuv420p", "-g", "16", "-ac", "2", *coded,
            folder / f"{'-'.join(pair)}.mp4")
    playlist = [{"name": name_of(pair), "files": f"{'-'.join(pair)}.mp4"} for pair in pairs]
    server = Server({"sources.files_root": folder, "sources.files": json.dumps(playlist)})
    return server, server.process


PUBLISH = {"rtmp": by_rtmp, "rtsp-tcp": functools.partial(by_rtsp, "tcp"), "rtsp-udp": functools.partial(by_rtsp, "udp"), "srt": by_srt,
           "ts": by_ts, "whip": by_whip, "file": by_file}


def address(server: Server, way: str, name: str) -> str:
    pages = {"whep": "/whep", "whep-h264": "/whep", "hls": "/index.m3u8", "hls-ts": "/ts.m3u8", "dash": "/index.mpd", "flv": ".flv", "ts": ".ts", "mjpeg": ".mjpeg"}
    others = {"rtmp": server.rtmp(name), "rtsp": server.rtsp(name), "srt": server.srt(f"read:{name}")}
    return others.get(way) or server.http(f"/{name}{pages[way]}")


def wanted(server: Server, pair, way: str) -> dict:
    video, audio = pairs_table.comes_out(way, *pair)
    pictures = IMAGES if way == "mjpeg" else PICTURES if video else 0
    relay = {"codec": pair[0].upper(), "relay": werift("relay")} if way == "whep" else {}
    return {"key": f"{'-'.join(pair)} {way}", "way": way, "url": address(server, way, name_of(pair)), **relay,
            "options": OPTIONS.get(way, {}), "pictures": pictures, "sounds": SOUNDS if audio else 0}


def tried(pair, way: str) -> bool:
    """A viewer of H.264 that offers no more is the same as any."""
    return way != "whep-h264" or pair[0] != "h264"


def wait_tracks(server: Server, pair) -> None:
    def codecs():
        facts = server.stream(name_of(pair))
        return facts and {track["codec"] for track in facts["tracks"]} >= set(pair)
    wait_for(codecs, 20, f"the tracks of {pair}")


def watch(server: Server, pairs) -> dict:
    """{(pair, way out): what was seen}."""
    for pair in pairs:
        wait_tracks(server, pair)
    asked = [wanted(server, pair, way) for pair in pairs for way in pairs_table.WAYS_OUT if tried(pair, way)]
    output = run(peers_venv.python("aiortc"), HERE / "pairs_watch.py", json.dumps(asked), timeout=WATCH_S)
    seen = json.loads(output.splitlines()[-1])
    return {(pair, way): seen[f"{'-'.join(pair)} {way if tried(pair, way) else 'whep'}"] for pair in pairs for way in pairs_table.WAYS_OUT}


def problems_of(pair, way: str, seen: dict) -> list:
    video, audio = pairs_table.comes_out(way, *pair)
    found = [f"fault: {fault}" for fault in seen["faults"]]
    if pairs_table.cell(seen["video"], seen["audio"]) != pairs_table.cell(video, audio):
        found.append(f"{seen['video']} + {seen['audio']} came instead of {video} + {audio}")
    if video and (seen["size"] != SIZE or seen["pictures"] < (IMAGES if way == "mjpeg" else PICTURES)):
        found.append(f"{seen['pictures']} pictures of {seen['size']}")
    if audio and seen["sounds"] < SOUNDS:
        found.append(f"{seen['sounds']} frames of sound")
    return found


def try_way(way_in: str):
    """(the rows seen, the problems) of a way in."""
    pairs = pairs_table.PAIRS_IN[way_in]
    clips()
    server, sender = PUBLISH[way_in](pairs)
    try:
        seen = watch(server, pairs)
    except AssertionError as failure:
        raise AssertionError(f"{failure}\n{sender.output}") from None
    rows = {}
    for pair in pairs:
        cells = [pairs_table.cell(seen[pair, way]["video"], seen[pair, way]["audio"]) for way in pairs_table.WAYS_OUT]
        rows[way_in, *pair] = pairs_table.row(way_in, *pair, cells)
    problems = [f"{way_in} {'-'.join(pair)} -> {way}: {problem}" for (pair, way), facts in seen.items()
                for problem in problems_of(pair, way, facts)]
    return rows, problems, seen


def check(way_in: str) -> None:
    rows, problems, _ = try_way(way_in)
    assert not problems, "\n".join(problems)
    written = pairs_table.written()
    for key, row in rows.items():
        assert written.get(key) == row, f"docs/interop.md says\n{written.get(key)}\nand this was seen:\n{row}\nRun {__file__} --write"


def test_rtmp():
    check("rtmp")


def test_rtsp_tcp():
    check("rtsp-tcp")


def test_rtsp_udp():
    check("rtsp-udp")


def test_srt():
    check("srt")


def test_ts():
    check("ts")


def test_whip():
    check("whip")


def test_file():
    check("file")


def carried_of(server: Server, pair):
    """(video, audio) that flows into the server, by the table's names."""
    tracks = (server.stream(name_of(pair)) or {"tracks": []})["tracks"]
    flows = {track["kind"]: track["codec"] for track in tracks if track["frames"] > SOUNDS}
    return flows.get("video"), flows.get("audio")


def check_refused(pair, server: Server, carried, said, heard) -> None:
    """Every peer said its words, and the server has what was carried; of the rest, bytes without a name at most."""
    for who, words in said.items():
        wait_for(lambda: words in heard[who](), 20, f"{who}'s words on {pair}: {words}\n{server.output}\n")
    wait_for(lambda: carried_of(server, pair) == carried, 20, f"{carried} of {pair}\n{server.output}\n")
    stream = server.stream(name_of(pair)) or {"tracks": []}
    assert {track["codec"] for track in stream["tracks"] if track["kind"] != "data"} == {codec for codec in carried if codec}, stream


def test_av1_is_nameless_in_ffmpegs_transport_streams():
    for way in ("srt", "ts"):
        refused = pairs_table.NOT_IN[way]
        server, sender = PUBLISH[way](list(refused))
        for pair, (carried, said) in refused.items():
            check_refused(pair, server, carried, said, {"FFmpeg": lambda: sender.output})


# An offer of AAC, in the words of RFC 3640; the picture is left out where there is none.
OFFER = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE {bundle}
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
{picture}m=audio 9 UDP/TLS/RTP/SAVPF 97
c=IN IP4 0.0.0.0
a=mid:1
a=sendonly
a=rtcp-mux
a=rtpmap:97 MPEG4-GENERIC/48000/2
"""
OFFERED_PICTURE = """m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=mid:0
a=sendonly
a=rtcp-mux
a=rtpmap:96 {codec}/90000
"""


def offer(server: Server, name: str, codec=None):
    """(status, answer) of WHIP to an offer of AAC, beside pictures of `codec`."""
    text = OFFER.format(bundle="0 1" if codec else "1", fingerprint=":".join(["AB"] * 32),
                        picture=OFFERED_PICTURE.format(codec=codec) if codec else "").replace("\n", "\r\n")
    request = urllib.request.Request(server.http(f"/{name}/whip"), text.encode(), {"Content-Type": "application/sdp"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()


def test_aac_is_no_sound_for_whip():
    server = Server()
    aiortc = peer(peers_venv.python("aiortc"), HERE / "aiortc_peer.py", "prefer", "audio/MPEG4-GENERIC")
    status, alone = offer(server, "live/alone")
    assert status == 422, alone
    for pair, (carried, said) in pairs_table.NOT_IN["whip"].items():
        # Its sound first: FFmpeg's WHIP knows no H.265 either.
        sender = send({pair: [(server.http(f"/{name_of(pair)}/whip"), "whip", {}, pair[::-1])]})
        check_refused(pair, server, carried, said, {"FFmpeg": lambda: sender.output, "aiortc": lambda: aiortc.output, "Eyas": lambda: alone})
        status, answer = offer(server, f"live/{pair[0]}-beside", pair[0].upper())
        assert status == 201 and "m=audio 0 " in answer and "m=video 0 " not in answer, answer


def test_the_table_of_what_is_not_carried_is_written_down():
    assert pairs_table.refusals() in pairs_table.DOCUMENT.read_text(), f"run {__file__} --write"


def main() -> int:
    rows, failed = pairs_table.written(), []
    for way_in in [way for way in sys.argv[1:] if way in PUBLISH] or PUBLISH:
        try:
            seen, problems, facts = try_way(way_in)
        except AssertionError as failure:
            print(failure)
            failed.append(way_in)
            continue
        finally:
            report = end_all()
        rows.update(seen)
        failed += problems
        print("\n".join([*seen.values(), *problems]), flush=True)
        print({f"{p[0]}-{p[1]} {w}": f["seconds"] for (p, w), f in facts.items()})
        if problems and "-v" in sys.argv:
            print(report)
    if "--write" in sys.argv:
        pairs_table.DOCUMENT.write_text(pairs_table.document(rows))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
