"""A camera: GStreamer's RTSP server with test pictures. Prints its port, then each request that it gets.

    rtsp_camera.py [--user U --password P --basic] [--protocols tcp,udp,multicast] [--codec h264|h265|h264+aac|...]
"""
import argparse
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

VIDEO = "videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=25/1 ! "
AUDIO = "audiotestsrc is-live=true ! audio/x-raw,rate={rate} ! audioconvert ! "
PAYLOADS = {
    "h264": VIDEO + "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph264pay name=pay{n} pt={pt}",
    "h265": VIDEO + "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph265pay name=pay{n} pt={pt}",
    "vp8": VIDEO + "vp8enc deadline=1 keyframe-max-dist=25 ! rtpvp8pay name=pay{n} pt={pt}",
    "aac": AUDIO.format(rate=48000) + "avenc_aac ! rtpmp4gpay name=pay{n} pt={pt}",
    "latm": AUDIO.format(rate=48000) + "avenc_aac ! rtpmp4apay name=pay{n} pt={pt}",
    "opus": AUDIO.format(rate=48000) + "opusenc ! rtpopuspay name=pay{n} pt={pt}",
    "pcma": AUDIO.format(rate=8000) + "alawenc ! rtppcmapay name=pay{n} pt=8",
    "mp3": AUDIO.format(rate=44100) + "lamemp3enc ! mpegaudioparse ! rtpmpapay name=pay{n} pt=14",
    "ac3": AUDIO.format(rate=48000) + "avenc_ac3 ! ac3parse ! rtpac3pay name=pay{n} pt={pt}",
    "jpeg": VIDEO + "videoconvert ! video/x-raw,format=I420 ! jpegenc ! rtpjpegpay name=pay{n} pt=26",
    "l16": AUDIO.format(rate=44100) + "rtpL16pay name=pay{n} pt={pt}",
    "g726": AUDIO.format(rate=8000) + "avenc_g726 ! rtpg726pay force-aal2=false name=pay{n} pt={pt}",
    "klv": "multifilesrc location={klv} caps=meta/x-klv,parsed=true do-timestamp=true ! identity sleep-time=40000 ! "
           "rtpklvpay name=pay{n} pt={pt}",
}
PROTOCOLS = {"tcp": GstRtsp.RTSPLowerTrans.TCP, "udp": GstRtsp.RTSPLowerTrans.UDP, "multicast": GstRtsp.RTSPLowerTrans.UDP_MCAST}


def launch_line(codecs: str, klv: str) -> str:
    parts = [PAYLOADS[codec].format(n=n, pt=96 + n, klv=klv) for n, codec in enumerate(codecs.split("+"))]
    return "( " + " ".join(parts) + " )"


def require_login(server, factory, arguments) -> None:
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if arguments.basic:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(arguments.user, arguments.password), token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(arguments.user, arguments.password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)


def tell_requests(client) -> None:
    for method in ("options", "describe", "setup", "play", "teardown", "get-parameter", "announce", "record"):
        client.connect(f"{method}-request", lambda _client, _context, name=method: print(name, flush=True))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--codec", default="h264")
    parser.add_argument("--protocols", default="tcp,udp")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--basic", action="store_true")
    parser.add_argument("--record", action="store_true", help="takes what is pushed to it instead")
    parser.add_argument("--klv", default="/dev/null")
    arguments = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch("( rtph264depay name=depay0 ! h264parse ! fakesink )" if arguments.record else
                       launch_line(arguments.codec, arguments.klv))
    if arguments.record:
        factory.set_transport_mode(GstRtspServer.RTSPTransportMode.RECORD)
    factory.set_shared(True)
    lower = GstRtsp.RTSPLowerTrans(0)
    for name in arguments.protocols.split(","):
        lower |= PROTOCOLS[name]
    factory.set_protocols(lower)
    if arguments.user:
        require_login(server, factory, arguments)
    server.get_mount_points().add_factory("/live", factory)
    server.connect("client-connected", lambda _server, client: tell_requests(client))
    if server.attach(None) == 0:
        sys.exit("no port")
    print(f"port {server.get_bound_port()}", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
