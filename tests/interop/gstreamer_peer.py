"""GStreamer's webrtcbin as a WHIP publisher or a WHEP viewer: gstreamer_peer.py publish|watch URL. Runs in Debian's
Python, which has the bindings.

A viewer prints {"video": pictures, "audio": buffers} after a few seconds; a publisher runs until it is ended.
"""
import json
import sys
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

WATCH_S = 5
PUBLISH = """
webrtcbin name=rtc bundle-policy=max-bundle
videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=30/1 ! x264enc tune=zerolatency
  speed-preset=ultrafast key-int-max=30 ! video/x-h264,profile=constrained-baseline ! rtph264pay config-interval=-1 aggregate-mode=zero-latency
  ! application/x-rtp,media=video,encoding-name=H264,payload=96 ! rtc.
audiotestsrc is-live=true ! audioconvert ! opusenc ! rtpopuspay
  ! application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! rtc.
"""
RECEIVE = {
    "video": "application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000,packetization-mode=(string)1,"
             "profile-level-id=(string)42e01f,rtcp-fb-nack=true,rtcp-fb-nack-pli=true",
    "audio": "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,encoding-params=(string)2",
}
DECODE = {"video": "rtph264depay ! avdec_h264", "audio": "rtpopusdepay ! opusdec"}


class Peer:
    def __init__(self, url: str):
        self.url = url
        self.seen = {"video": 0, "audio": 0}
        self.loop = GLib.MainLoop()

    def publish(self) -> None:
        self._start(Gst.parse_launch(PUBLISH))
        self.loop.run()

    def watch(self) -> None:
        pipeline = Gst.Pipeline()
        rtc = Gst.parse_launch("webrtcbin name=rtc bundle-policy=max-bundle")
        pipeline.add(rtc)
        for caps in RECEIVE.values():
            rtc.emit("add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY, Gst.Caps.from_string(caps))
        rtc.connect("pad-added", self._decode, pipeline)
        self._start(pipeline)
        GLib.timeout_add_seconds(WATCH_S + 2, self.loop.quit)
        self.loop.run()
        pipeline.set_state(Gst.State.NULL)
        print(json.dumps(self.seen), flush=True)

    def _start(self, pipeline) -> None:
        self.pipeline = pipeline  # lives as long as we do
        self.rtc = pipeline.get_by_name("rtc")
        self.gathered = False
        self.rtc.connect("notify::ice-gathering-state", self._on_gathering)
        self.rtc.connect("on-negotiation-needed", lambda _: self.rtc.emit(
            "create-offer", None, Gst.Promise.new_with_change_func(self._on_offer, None)))
        pipeline.get_bus().add_signal_watch()
        pipeline.get_bus().connect("message::error", self._fail)
        pipeline.set_state(Gst.State.PLAYING)

    def _fail(self, _, message) -> None:
        print(message.parse_error(), file=sys.stderr, flush=True)
        self.loop.quit()

    def _on_offer(self, promise, _) -> None:
        promise.wait()
        reply = promise.get_reply()  # owns the offer
        offer = reply.get_value("offer")
        self.rtc.emit("set-local-description", offer, None)

    def _on_gathering(self, *_) -> None:
        done = self.rtc.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE
        if not done or self.gathered:
            return
        self.gathered = True
        offer = self.rtc.get_property("local-description").sdp.as_text()
        request = urllib.request.Request(self.url, offer.encode(), {"Content-Type": "application/sdp"})
        text = urllib.request.urlopen(request, timeout=10).read().decode()
        _, message = GstSdp.SDPMessage.new_from_text(text)
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        self.rtc.emit("set-remote-description", answer, None)

    def _decode(self, _, pad, pipeline) -> None:
        if pad.direction != Gst.PadDirection.SRC:
            return
        kind = pad.get_current_caps().get_structure(0).get_string("media")
        branch = Gst.parse_bin_from_description(f"queue ! {DECODE[kind]} ! fakesink name=end signal-handoffs=true sync=false", True)
        branch.get_by_name("end").connect("handoff", lambda *_: self.seen.__setitem__(kind, self.seen[kind] + 1))
        pipeline.add(branch)
        branch.sync_state_with_parent()
        pad.link(branch.get_static_pad("sink"))


Gst.init(None)
getattr(Peer(sys.argv[2]), sys.argv[1])()
