"""Pulls and pushes of RTMP, HTTP-FLV and HLS with other people's servers: nginx's rtmp module, node-media-server, ffmpeg's HLS
behind a file server."""
import functools
import http.server
import json
import pathlib
import socket
import tempfile
import threading

import peers_npm
from harness import Server, end_with_test, free_port, need, peer, wait_for
from rtmp_test import FRAMES_LEAST, frames_decoded, publish
from sources_test import LOOPBACK, edge_of, flow

NGINX = """
daemon off; master_process off; error_log stderr info; pid {folder}/pid;
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
events {{}}
rtmp {{ server {{ listen 127.0.0.1:{port}; chunk_size 4096; application live {{ live on; }} }} }}
"""


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Nginx:
    """nginx with its rtmp module, taking and giving streams of the application `live`."""

    def __init__(self):
        need("nginx")
        self.port = free_port()
        self.folder = tempfile.mkdtemp(prefix="eyas-nginx-")
        config = pathlib.Path(self.folder) / "nginx.conf"
        config.write_text(NGINX.format(folder=self.folder, port=self.port))
        peer("nginx", "-p", self.folder, "-c", config, timeout=120)
        wait_for(lambda: listens(self.port), 20, "nginx")

    def url(self, name: str) -> str:
        return f"rtmp://127.0.0.1:{self.port}/live/{name}"


class NodeMediaServer:
    """node-media-server, taking and giving streams of the application `live` by RTMP, giving them by HTTP-FLV too."""

    def __init__(self):
        package = peers_npm.folder("node-media-server-4") / "node_modules" / "node-media-server"
        self.rtmp_port, self.http_port = free_port(), free_port()
        folder = pathlib.Path(tempfile.mkdtemp(prefix="eyas-nms-"))
        settings = {"bind": "127.0.0.1", "rtmp": {"port": self.rtmp_port}, "http": {"port": self.http_port},
                    "auth": {"play": False, "publish": False}, "notify": {"url": ""}, "record": {"auto": False, "path": str(folder)},
                    "store": {"path": str(folder)}, "webadmin": {"enable": False}}
        (folder / "config.json").write_text(json.dumps(settings))
        self.process = peer("node", package / "bin" / "app.js", "-c", folder / "config.json", "--no-admin", timeout=120)
        wait_for(lambda: listens(self.rtmp_port) and listens(self.http_port), 20, "node-media-server")

    def url(self, name: str) -> str:
        return f"rtmp://127.0.0.1:{self.rtmp_port}/live/{name}"

    def flv(self, name: str) -> str:
        return f"http://127.0.0.1:{self.http_port}/live/{name}.flv"


def picture(*output):
    """ffmpeg that makes 25 pictures a second with a key frame each second, and a tone."""
    return peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25",
                "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100", "-c:a", "aac", "-c:v", "libx264", "-preset",
                "ultrafast", "-tune", "zerolatency", "-g", "25", "-pix_fmt", "yuv420p", *output, timeout=120)


def kinds(server, name):
    """The kinds of a stream's tracks, once both have come."""
    def both():
        found = sorted(track["kind"] for track in server.stream(name)["tracks"])
        return found if len(found) == 2 else None
    return wait_for(both, 20, "both tracks")


def test_rtmp_is_pulled_from_nginx():
    nginx = Nginx()
    picture("-f", "flv", nginx.url("camera"))
    edge = edge_of([{"name": "far/camera", "url": nginx.url("camera")}])
    edge.wait_live("far/camera", 30)
    assert kinds(edge, "far/camera") == ["audio", "video"]
    assert frames_decoded(edge.rtmp("far/camera")) >= FRAMES_LEAST


def test_rtmp_is_pushed_to_nginx():
    nginx = Nginx()
    server = Server({**LOOPBACK, "sources.pushes": flow([{"stream": "live/alpha", "url": nginx.url("out?key=hunter2")}])})
    publish(server)
    assert frames_decoded(nginx.url("out")) >= FRAMES_LEAST
    assert "hunter2" not in server.output


def test_rtmp_and_flv_are_pulled_from_node_media_server():
    other = NodeMediaServer()
    picture("-f", "flv", other.url("camera"))
    edge = edge_of([{"name": "far/rtmp", "url": other.url("camera")}, {"name": "far/flv", "url": other.flv("camera")}])
    for name in ("far/rtmp", "far/flv"):
        edge.wait_live(name, 30)
        assert kinds(edge, name) == ["audio", "video"]
        assert frames_decoded(edge.rtmp(name)) >= FRAMES_LEAST


def test_rtmp_is_pushed_to_node_media_server():
    other = NodeMediaServer()
    server = Server({**LOOPBACK, "sources.pushes": flow([{"stream": "live/alpha", "url": other.url("out?key=hunter2")}])})
    publish(server)
    wait_for(lambda: server.stream("live/alpha")["readers"]["total"] > 0, 20, "the push")
    assert frames_decoded(other.flv("out")) >= FRAMES_LEAST
    assert "hunter2" not in server.output


def test_rtmp_goes_from_server_to_server_both_ways():
    middle = Server(LOOPBACK)
    origin = Server({**LOOPBACK, "sources.pushes": flow([{"stream": "live/alpha", "url": middle.rtmp("in/alpha")}])})
    publish(origin)
    middle.wait_live("in/alpha", 30)
    edge = edge_of([{"name": "far/alpha", "url": middle.rtmp("in/alpha")}])
    edge.wait_live("far/alpha", 30)
    assert frames_decoded(edge.rtmp("far/alpha")) >= FRAMES_LEAST


class Files:
    """A folder over HTTP."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyas-hls-"))
        handler = functools.partial(Quiet, directory=str(self.folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        end_with_test(self)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/{path}"

    def kill(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def hls_is_pulled(*form, files=None, playlist="index.m3u8"):
    files = files or Files()
    picture("-f", "hls", "-hls_time", "1", "-hls_list_size", "6", "-hls_flags", "delete_segments+program_date_time", *form,
            files.folder / playlist)
    wait_for((files.folder / "index.m3u8").exists, 20, "the playlist")
    edge = edge_of([{"name": "far/camera", "url": files.url("index.m3u8")}])
    edge.wait_live("far/camera", 30)
    assert kinds(edge, "far/camera") == ["audio", "video"]
    assert frames_decoded(edge.rtmp("far/camera")) >= FRAMES_LEAST


def test_hls_with_transport_streams_is_pulled():
    hls_is_pulled()


def test_hls_with_fragmented_mp4_is_pulled():
    hls_is_pulled("-hls_segment_type", "fmp4")


def test_encrypted_hls_is_pulled():
    files = Files()
    (files.folder / "secret.key").write_bytes(bytes(range(16)))
    # What stands in the playlist, what ffmpeg reads, and the vector.
    (files.folder / "keys").write_text(f"secret.key\n{files.folder / 'secret.key'}\n{'0f' * 16}\n")
    hls_is_pulled("-hls_key_info_file", files.folder / "keys", files=files)
    assert b"METHOD=AES-128" in (files.folder / "index.m3u8").read_bytes()


def test_hls_with_sound_in_a_playlist_of_its_own_is_pulled():
    files = Files()
    hls_is_pulled("-map", "0:v", "-map", "1:a", "-var_stream_map", "v:0,agroup:sound a:0,agroup:sound,default:yes", "-master_pl_name", "index.m3u8",
                  files=files, playlist="stream_%v.m3u8")
    assert b"TYPE=AUDIO" in (files.folder / "index.m3u8").read_bytes()
