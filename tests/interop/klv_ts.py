"""A transport stream with video and KLV, made by GStreamer: klv_ts.py FILE [KLV]. Runs in Debian's Python, which has
the bindings. The packets are those of the file KLV, or made up. Prints the KLV packets in hexadecimal, one a line."""
import itertools
import pathlib
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

SECONDS = 40  # longer than peers on a busy machine take to begin
KEY = bytes.fromhex("060e2b34020b01010e01030101000000")  # MISB ST 0601
PIPELINE = """
mpegtsmux name=mux ! filesink location={file}
videotestsrc num-buffers={frames} ! video/x-raw,format=I420,width=320,height=180,framerate=25/1 ! x264enc tune=zerolatency
  key-int-max=25 ! h264parse ! mux.
appsrc name=klv caps=meta/x-klv,parsed=true,sparse=true format=time ! mux.
"""


def recorded(data: bytes):
    """The packets that a recording holds one behind the other: key, length in BER [SMPTE 336M], value."""
    at = 0
    while at + 17 <= len(data):
        first, head = data[at + 16], 17
        size = first
        if first & 0x80:
            head += first & 0x7F
            size = int.from_bytes(data[at + 17:at + head], "big")
        yield data[at:at + head + size]
        at += head + size


def made_up():
    for i in range(10 * SECONDS):
        yield KEY + bytes([13, 2, 8]) + (1_700_000_000_000_000 + i * 100_000).to_bytes(8, "big") + bytes([65, 1, 19])


def main() -> None:
    Gst.init(None)
    pipeline = Gst.parse_launch(PIPELINE.format(file=sys.argv[1], frames=25 * SECONDS))
    source = pipeline.get_by_name("klv")
    pipeline.set_state(Gst.State.PLAYING)
    packets = recorded(pathlib.Path(sys.argv[2]).read_bytes()) if len(sys.argv) > 2 else made_up()
    for i, packet in enumerate(itertools.islice(packets, 10 * SECONDS)):
        buffer = Gst.Buffer.new_wrapped(packet)
        buffer.pts = i * 100 * Gst.MSECOND
        source.emit("push-buffer", buffer)
        print(packet.hex())
    source.emit("end-of-stream")
    ended = pipeline.get_bus().timed_pop_filtered(30 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    sys.exit(0 if ended is not None and ended.type == Gst.MessageType.EOS else 1)


main()
