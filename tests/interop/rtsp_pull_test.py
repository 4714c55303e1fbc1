"""Pulls from GStreamer's RTSP server, as from a camera, and from another Eyas."""
import json
import pathlib
import re
import tempfile

from harness import ROOT, Server, Skip, peer, run, wait_for

PYTHON = "/usr/bin/python3"  # Debian's, which has GStreamer's bindings
LOOPBACK = {"sources.dial_allow": "127.0.0.0/8", "sources.backoff_first_ms": 200, "sources.backoff_max_ms": 1000}


def camera(*arguments):
    """(process, address) of a camera that runs."""
    if not pathlib.Path("/usr/lib/x86_64-linux-gnu/girepository-1.0/GstRtspServer-1.0.typelib").exists():
        raise Skip("gir1.2-gst-rtsp-server-1.0 is not installed")
    process = peer(PYTHON, ROOT / "tests" / "interop" / "rtsp_camera.py", *arguments)
    port = wait_for(lambda: next((line.split()[1] for line in process.lines if line.startswith("port ")), None), 20,
                    f"the camera's port\n{process.output}")
    return process, f"127.0.0.1:{port}/live"


def edge(url, **options):
    return Server({**LOOPBACK, "sources.pulls": json.dumps([{"name": "cctv/door", "url": url, **options}])})


def tracks_of(server, count):
    def there():
        facts = server.stream("cctv/door")
        ready = facts and facts["state"] == "live" and len(facts["tracks"]) >= count
        return {t["codec"] for t in facts["tracks"]} if ready and all(t["frames"] > 3 for t in facts["tracks"]) else None
    return wait_for(there, 20, f"{count} tracks\n{server.output}")


def transport_of(server):
    pull, = json.loads(server.get("/api/v1/pulls")[2])["pulls"]
    return pull["transport"]


def test_codecs_of_cameras_arrive():
    for codecs, expected in [("h264+aac", {"h264", "aac"}), ("h265+pcma", {"h265", "pcma"}), ("h264+latm", {"h264", "aac"}),
                             ("h264+mp3", {"h264", "mp3"}), ("vp8+opus", {"vp8", "opus"})]:
        _, address = camera("--codec", codecs)
        server = edge(f"rtsp://{address}")
        assert tracks_of(server, 2) == expected, server.output
        server.kill()


def test_old_cameras_give_picture_and_sound():
    # JPEG becomes H.264 (in RTP its height is a multiple of 8), sound that no player knows AAC; and it is the
    # camera's tone: without it little is left. GStreamer's server names its AAL2 order "G726-32": nobody can hear that one.
    tone = "[0:a]asplit[a][b];[a]volumedetect[x];[b]bandreject=f=440:width_type=h:w=300,volumedetect[y]"
    for codecs, expected in [("jpeg+g726", {"h264", "g726"}), ("jpeg+l16", {"h264", "l16"})]:
        _, address = camera("--codec", codecs)
        server = edge(f"rtsp://{address}")
        assert tracks_of(server, 2) == expected, server.output
        said = run("ffmpeg", "-nostdin", "-hide_banner", "-t", "2", "-i", server.http("/cctv/door.flv"), "-filter_complex", tone,
                   "-map", "0:v", "-map", "[x]", "-map", "[y]", "-f", "null", "-")
        assert "Video: h264" in said and "320x184" in said and "Audio: aac" in said, said
        whole, rest = sorted((float(level) for level in re.findall(r"mean_volume: (-?[0-9.]+) dB", said)), reverse=True)
        assert whole > -30 and whole - rest > 10, said
        server.kill()


def test_udp_is_taken_where_the_camera_has_nothing_else():
    _, address = camera("--codec", "h264", "--protocols", "udp")
    server = edge(f"rtsp://{address}")
    assert tracks_of(server, 1) == {"h264"}
    assert transport_of(server) == "udp"


def test_the_operator_chooses_udp():
    _, address = camera("--codec", "h264")
    server = edge(f"rtsp://{address}", options={"transport": "udp"})
    assert tracks_of(server, 1) == {"h264"}
    assert transport_of(server) == "udp"


def test_logins_by_digest_and_basic():
    for extra in ([], ["--basic"]):
        process, address = camera("--codec", "h264", "--user", "admin", "--password", "s3cret", *extra)
        server = edge(f"rtsp://admin:s3cret@{address}")
        assert tracks_of(server, 1) == {"h264"}
        assert "s3cret" not in server.output
        server.kill()
        process.kill()


def test_a_camera_that_goes_is_fetched_again():
    process, address = camera("--codec", "h264")
    server = edge(f"rtsp://{address}")
    tracks_of(server, 1)
    process.kill()
    wait_for(lambda: server.stream("cctv/door") is None or server.stream("cctv/door")["state"] != "live", 15, "off air")
    assert server.stop() == 0


def test_a_push_arrives_at_another_eyas():
    _, address = camera("--codec", "h264+aac")
    far = Server()
    near = Server({**LOOPBACK, "sources.pulls": json.dumps([{"name": "cctv/door", "url": f"rtsp://{address}"}]),
                   "sources.pushes": json.dumps([{"stream": "cctv/door", "url": far.rtsp("far/door")}])})
    tracks_of(near, 2)
    facts = far.wait_live("far/door", 20)
    assert {t["codec"] for t in facts["tracks"]} == {"h264", "aac"}, facts
    # And fetched from there, by the third.
    third = edge(far.rtsp("far/door"))
    assert tracks_of(third, 2) == {"h264", "aac"}


def test_goodbye_is_said():
    process, address = camera("--codec", "h264")
    server = edge(f"rtsp://{address}")
    tracks_of(server, 1)
    assert server.stop() == 0
    wait_for(lambda: "teardown" in process.lines, 10, "TEARDOWN")


def test_klv_comes_and_goes_over_rtsp():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="eyas-rtsp-klv-"))
    # MISB ST 0601 with a version alone; a camera that repeats it.
    packet = bytes.fromhex("060e2b34020b01010e01030101000000") + bytes([3, 65, 1, 19])
    (folder / "packet.klv").write_bytes(packet)
    _, address = camera("--codec", "h264+klv", "--klv", folder / "packet.klv")
    server = edge(f"rtsp://{address}")
    facts = wait_for(lambda: next((f for f in [server.stream("cctv/door")] if f and len(f["tracks"]) == 2), None), 20, "two tracks")
    assert {t["media_type"] for t in facts["tracks"]} == {"", "application/klv"}, facts
    player = peer("gst-launch-1.0", "-e", "rtspsrc", f"location={server.rtsp('cctv/door')}", "protocols=tcp", "name=src",
                  "src.", "!", "application/x-rtp,media=application", "!", "rtpklvdepay", "!",
                  "multifilesink", f"location={folder}/out-%d.klv")
    wait_for(lambda: len(list(folder.glob("out-*.klv"))) > 3, 20, f"KLV at GStreamer's\n{player.output}")
    assert (folder / "out-1.klv").read_bytes() == packet
