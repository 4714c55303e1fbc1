"""Files as live streams: real footage over its joints in FLV and HLS, KLV, uploads, the queue, a restart."""
import base64
import json
import os
import pathlib
import shutil
import tempfile
import urllib.error
import urllib.request

from harness import ROOT, Server, Skip, end_with_test, need, peer, run, wait_for
from klv_test import recorded

FOOTAGE = ROOT.parent / "shared" / "media"
NAME = "tv/archive"


class Folder:
    """A folder of films that goes away with the test."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="eyas-films-"))
        end_with_test(self)

    def kill(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def make(self, name, *options, seconds=3, sound=True):
        noise = ["-f", "lavfi", "-i", f"sine=duration={seconds}:sample_rate=48000", "-c:a", "aac"] if sound else []
        picture = ["-f", "lavfi", "-i", f"testsrc2=size=320x180:rate=25:duration={seconds}"]
        run("ffmpeg", "-nostdin", "-loglevel", "error", "-y", *picture, *noise[:4], "-c:v", "libx264", "-preset", "ultrafast",
            "-g", "25", "-pix_fmt", "yuv420p", *noise[4:], *options, str(self.path / name))

    def serve(self, more=None, data=None, files=()):
        playlist = json.dumps([{"name": NAME, "files": ",".join(files)}])
        return Server({"sources.files_root": self.path, "sources.files": playlist, **(more or {})}, data=data)


def player(server):
    return json.loads(server.get(f"/api/v1/files/{NAME}")[2])


def ask(server, method, path, body=None, timeout=30):
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
    request = urllib.request.Request(server.http(path), data, {"content-type": kind}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as answer:
        return answer.code, json.loads(answer.read())


def plays(server, file):
    wait_for(lambda: player(server)["file"] == file and player(server)["state"] == "playing", 20, f"{file} on air\n{server.output}\n")


def test_real_footage_goes_on_over_its_joints():
    footage, camera = FOOTAGE / "drone-crossing.mp4", FOOTAGE / "cctv-pedestrians.avi"
    if not footage.exists() or not camera.exists():
        raise Skip("no footage here")
    need("ffmpeg")
    folder = Folder()
    run("ffmpeg", "-nostdin", "-loglevel", "error", "-i", str(footage), "-t", "2", "-c", "copy", str(folder.path / "1.mp4"))
    run("ffmpeg", "-nostdin", "-loglevel", "error", "-i", str(footage), "-t", "2", "-c", "copy", str(folder.path / "2.ts"))
    run("ffmpeg", "-nostdin", "-loglevel", "error", "-i", str(camera), "-t", "2", "-c:v", "libx264",
        "-preset", "ultrafast", "-g", "10", str(folder.path / "3.mkv"))
    server = folder.serve()
    server.wait_live(NAME, 20)
    flv, hls = (peer("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-i", server.http(f"/{NAME}{rest}"),
                     "-map", "0:v", "-c", "copy", "-f", "framecrc", "-", timeout=60) for rest in (".flv", "/index.m3u8"))
    wait_for(lambda: player(server)["played"] >= 4, 30, f"all of them played\n{server.output}\n")
    assert flv.running() and hls.running(), f"a viewer had to go:\n{flv.output}\n{hls.output}"
    assert player(server)["failed"] == 0, player(server)
    times = [int(line.split(",")[1]) for line in flv.output.splitlines() if line.startswith("0,")]
    steps = [b - a for a, b in zip(times, times[1:])]
    assert len(times) > 100 and min(steps) > 0 and max(steps) <= 250, (len(times), min(steps), max(steps))  # milliseconds
    wait_for(lambda: len([one for one in hls.lines if one.startswith("0,")]) > 60, 15, "pictures over HLS")
    repairs = server.stream(NAME)["repairs"]
    assert repairs["jump_forward"] == 0 and repairs["jump_back"] == 0, repairs


def test_klv_of_a_transport_stream_is_carried():
    need("curl")
    film, packets = recorded()
    folder = Folder()
    shutil.copy(film, folder.path / "flight.ts")
    server = folder.serve()
    server.wait_live(NAME, 20)
    wait_for(lambda: any(track["media_type"] == "application/klv" for track in server.stream(NAME)["tracks"]), 10, "the data track")
    lines = peer("curl", "-sN", server.http(f"/{NAME}/data"), timeout=30)
    wait_for(lambda: len(lines.lines) >= 8, 15, "KLV")
    sent, came = packets, [base64.b64decode(json.loads(line)["base64"]) for line in list(lines.lines)[:8]]
    first = sent.index(came[0])
    # It plays again and again.
    assert came == [sent[(first + i) % len(sent)] for i in range(len(came))], came


def test_a_file_is_uploaded_queued_and_played_and_nothing_leads_out_of_the_folder():
    need("ffmpeg", "curl")
    folder = Folder()
    folder.make("a.mp4", seconds=20)
    other = Folder()
    other.make("b.mp4", seconds=20)
    server = folder.serve({"sources.upload": True, "sources.upload_bytes_max": 64 << 20}, files=["a.mp4"])
    plays(server, "a.mp4")
    said = run("curl", "-sS", "-T", str(other.path / "b.mp4"), server.http("/api/v1/library/b.mp4"))
    assert json.loads(said) == {"name": "b.mp4", "bytes": (other.path / "b.mp4").stat().st_size}, said
    assert (folder.path / "b.mp4").read_bytes() == (other.path / "b.mp4").read_bytes()
    library = json.loads(server.get("/api/v1/library")[2])
    assert [file["name"] for file in library["files"]] == ["a.mp4", "b.mp4"], library
    status, body = ask(server, "POST", f"/api/v1/files/{NAME}/queue", {"file": "b.mp4", "index": 0})
    assert status == 201 and [entry["file"] for entry in body["queue"]] == ["b.mp4", "a.mp4"], body
    status, body = ask(server, "POST", f"/api/v1/files/{NAME}/skip", {"to": body["queue"][0]["id"]})
    assert status == 202, body
    plays(server, "b.mp4")

    assert ask(server, "PUT", "/api/v1/library/b.mp4", b"again")[0] == 409
    assert ask(server, "PUT", "/api/v1/library/x.sh", b"echo")[0] == 415
    assert ask(server, "PUT", "/api/v1/library/..%2Fx.mp4", b"x")[0] in (400, 404)
    assert ask(server, "PUT", "/api/v1/library/.x.mp4", b"x")[0] == 400
    os.symlink("/etc", folder.path / "etc")
    assert ask(server, "PUT", "/api/v1/library/etc/x.mp4", b"x")[0] in (404, 409)
    for name in ("../../etc/passwd", "/etc/passwd", "etc/passwd"):
        assert ask(server, "POST", f"/api/v1/files/{NAME}/queue", {"file": name})[0] in (400, 404, 409), name
    large = run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-X", "PUT", "-H", "content-length: 99999999999",
                "--data-binary", "x", server.http("/api/v1/library/c.mp4"))
    assert large.strip().endswith("413"), large
    assert sorted(os.listdir(folder.path)) == ["a.mp4", "b.mp4", "etc"], "nothing half is left"


def test_uploads_are_off_unless_allowed():
    folder = Folder()
    server = folder.serve()
    status, body = ask(server, "PUT", "/api/v1/library/a.mp4", b"x")
    assert status == 403 and "sources.upload" in body["error"]["message"], body
    assert player(server)["state"] == "waiting"


def test_it_goes_on_where_it_was_after_a_restart():
    need("ffmpeg")
    folder = Folder()
    folder.make("1.mp4", seconds=2, sound=False)
    folder.make("2.mp4", "-g", "5", seconds=30, sound=False)
    server = folder.serve()
    wait_for(lambda: player(server)["file"] == "2.mp4" and player(server)["position_ms"] > 1500, 20, "the second film")
    position = player(server)["position_ms"]
    assert server.stop() == 0
    again = folder.serve(data=server.data)
    plays(again, "2.mp4")
    wait_for(lambda: player(again)["position_ms"] >= position - 1000, 10, "its place")
    assert player(again)["position_ms"] < 25000
