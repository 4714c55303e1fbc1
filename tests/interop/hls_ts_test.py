"""Classic HLS with transport stream segments: players of others play it."""
from browser import WEB, Browser
from dash_test import publish
from harness import Server, Skip, peer, wait_for
from players import ffmpeg_plays, gstreamer_decodes_hls, vlc_plays

PLAYLIST = "/live/alpha/ts.m3u8"
HLS_JS = WEB / "node_modules" / "hls.js" / "dist" / "hls.min.js"


def wait_playable(server: Server) -> str:
    wait_for(lambda: server.get(PLAYLIST, timeout=15)[0] == 200, 20, "the playlist")
    return server.http(PLAYLIST)


def test_ffmpeg_plays_video_and_audio():
    server = Server()
    publish(server)
    ffmpeg_plays(wait_playable(server))


def test_gstreamer_plays():
    server = Server()
    publish(server, audio=False)
    gstreamer_decodes_hls(wait_playable(server), "tsdemux")


def test_vlc_plays():
    server = Server()
    publish(server)
    vlc_plays(wait_playable(server))


def test_hls_js_plays():
    server = Server()
    publish(server)
    if not HLS_JS.exists():
        raise Skip("web/node_modules has no hls.js")
    seen = Browser(server, HLS_JS, "hls_page.js").run("playHls", wait_playable(server), 50, 30_000)
    assert seen["width"] == 640 and not seen["fatal"], seen


def test_publisher_that_comes_back_keeps_its_viewers():
    server = Server()
    first = publish(server)
    address = wait_playable(server)
    viewer = peer("ffmpeg", "-nostdin", "-stats", "-i", address, "-t", "8", "-f", "null", "-", timeout=60)
    wait_for(lambda: "frame=" in viewer.output, 15, "the viewer's first frames")
    first.kill()
    wait_for(lambda: server.stream("live/alpha")["state"] == "waiting", 5, "the publisher's absence")
    publish(server)
    assert viewer.wait(40) == 0, viewer.output
    assert b"#EXT-X-DISCONTINUITY\n" not in server.get(PLAYLIST)[2]
