"""Which codecs come out of which way, and docs/interop.md, where that is written down.

A way in is published with several pairs of codecs; every way out of each is watched. A cell holds what a viewer decodes.
"""
import pathlib

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "interop.md"
NAMES = {"h264": "H.264", "h265": "H.265", "hevc": "H.265", "av1": "AV1", "aac": "AAC", "opus": "Opus", "mjpeg": "JPEG"}
WAYS_IN = {"rtmp": "RTMP", "rtsp-tcp": "RTSP, TCP", "rtsp-udp": "RTSP, UDP", "srt": "SRT", "ts": "TS, UDP", "whip": "WHIP",
           "file": "MP4 file"}
WAYS_OUT = {"whep": "WHEP", "whep-h264": "WHEP, H.264 alone", "hls": "LL-HLS", "hls-ts": "HLS-TS", "dash": "DASH", "flv": "FLV", "rtmp": "RTMP", "rtsp": "RTSP",
            "srt": "SRT", "ts": "TS", "mjpeg": "MJPEG"}
ANY = [("h264", "aac"), ("h265", "aac"), ("h264", "opus"), ("av1", "opus")]
TRANSPORT_STREAM = ANY[:3]
PAIRS_IN = {"rtmp": ANY, "rtsp-tcp": ANY, "rtsp-udp": ANY, "srt": TRANSPORT_STREAM, "ts": TRANSPORT_STREAM,
            "whip": [("h264", "opus"), ("h265", "opus"), ("av1", "opus")], "file": ANY}
NONE = "—"

# What a way in does not carry: what comes through all the same, and who says what of it, word for word.
PRIVATE_AV1 = (None, "opus"), {"FFmpeg": "codec av1, is muxed as a private data stream and may not be recognized upon reading"}
NO_AAC = (None, None), {"FFmpeg": "'whip' format does not support 'aac' codec", "aiortc": "Codec is not in capabilities",
                        "Eyas": "nothing that the peer sends can be taken (audio: none that we carry)"}
NOT_IN = {"srt": {("av1", "opus"): PRIVATE_AV1}, "ts": {("av1", "opus"): PRIVATE_AV1},
          "whip": {("h264", "aac"): NO_AAC, ("h265", "aac"): NO_AAC}}


def comes_out(way: str, video: str, audio: str):
    """(video, audio) that a viewer decodes; None where there is nothing."""
    if way == "mjpeg":
        return "mjpeg", None
    if way == "whep":
        return video, "opus"
    if way == "whep-h264":  # what a viewer gets that offers no other
        return "h264", "opus"
    if way in ("hls", "hls-ts", "dash", "flv", "rtmp"):
        audio = "aac"
    if way in ("hls-ts", "srt", "ts") and video == "av1":
        video = None
    return video, audio


def cell(video, audio) -> str:
    if not video:
        return f"{NONE} + {NAMES[audio]}" if audio else NONE
    return " + ".join(NAMES[codec] for codec in (video, audio) if codec)


def row(way_in: str, video: str, audio: str, cells) -> str:
    return f"| {WAYS_IN[way_in]} | {cell(video, audio)} | {' | '.join(cells)} |"


HEAD = """# Every way in, every way out

What viewers decode of each stream, as `tests/interop/pairs_test.py` saw it: it publishes every row once and watches it in every
way at the same time. A cell names the codecs that came; each viewer checked the picture's size, that time stamps go on, and that
nothing was damaged. The table is written by `tests/interop/pairs_test.py --write`, and the tests fail where it is not what they see.
"""
TAIL = """
- Where a cell names another codec than its row, a worker made that track while somebody watched: sound in Opus for WHEP, in AAC for
  players of HLS, DASH, FLV and RTMP; pictures in H.264 for a WebRTC viewer that does not offer the stream's codec. An RTMP player that
  names Opus in its `fourCcList`, or a server with `hls.sound: original`, gets Opus as it is.
- JPEG has no sound.
- AV1 does not come out of SRT, TS and HLS-TS here, where its sound comes alone: what AV1 is in a transport stream is a draft. Eyas
  writes and reads it; FFmpeg does neither. Players of HLS take AV1 in fragments only.

## What a way in does not carry

The same tests try this too: what came through, and who says what of it, word for word.

"""
WHY = """
- AV1 in a transport stream is a draft: FFmpeg sends it as private data that names no codec. It is a data track of bytes here, and the
  sound comes without pictures.
- WebRTC has no payload for AAC that browsers speak. A peer that offers it beside pictures is answered with the pictures alone.
"""


def document(rows) -> str:
    """docs/interop.md; `rows` maps (way in, video, audio) to the row's text."""
    head = f"| in | codecs | {' | '.join(WAYS_OUT.values())} |\n|{'---|' * (len(WAYS_OUT) + 2)}\n"
    lines = []
    for way in WAYS_IN:
        lines += [rows[way, *pair] for pair in PAIRS_IN[way] if (way, *pair) in rows]
    return f"{HEAD}\n{head}" + "\n".join(lines) + "\n" + TAIL + refusals() + WHY


def refusals() -> str:
    """The table of NOT_IN."""
    lines = ["| in | codecs | carried | said |", "|---|---|---|---|"]
    for way, pairs in NOT_IN.items():
        for pair, (carried, said) in pairs.items():
            lines.append(row(way, *pair, [cell(*carried), "; ".join(f"{who}: `{words}`" for who, words in said.items())]))
    return "\n".join(lines) + "\n"


def written() -> dict:
    """The rows that docs/interop.md holds now."""
    text = DOCUMENT.read_text() if DOCUMENT.exists() else ""
    starts = {(way, *pair): row(way, *pair, [])[:-3] for way in WAYS_IN for pair in PAIRS_IN[way]}
    return {key: line for key, start in starts.items() for line in text.splitlines() if line.startswith(start)}
