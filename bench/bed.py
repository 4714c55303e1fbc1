"""What the benchmarks share: the server (or a peer) on core 0, the load tool on core 1, all on loopback."""
import json, os, platform, re, shutil, signal, socket, subprocess, sys, tempfile, time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
HTTP, RTMP, RTSP, PEER_HTTP, PEER_RTMP = 28080, 21935, 28554, 28081, 21936
WINDOW = {"warmup": 2, "seconds": 8}


def sample_file(size="1920x1080", rate=30, bits="2M"):
    """Ten seconds of H.264 with AAC, a keyframe every two seconds; made once by the ffmpeg program."""
    path = ROOT / "build" / f"bench-{size.split('x')[1]}p{rate}-{bits}.flv"
    if not path.exists():
        subprocess.run(
            f"ffmpeg -v error -f lavfi -i testsrc2=size={size}:rate={rate} -f lavfi -i sine=sample_rate=48000 -t 10 "
            f"-c:v libx264 -preset veryfast -pix_fmt yuv420p -g {2 * rate} -bf 0 -b:v {bits} -maxrate {bits} -bufsize {bits} "
            "-x264-params nal-hrd=cbr -c:a aac -b:a 128k -f flv".split() + [str(path)], check=True)
    return path


def wait_port(port):
    for _ in range(100):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit(f"bench: nothing listens on port {port}")


class Server:
    """A process on core 0, ended on leaving."""

    def __init__(self, words, port):
        self.process = subprocess.Popen(["taskset", "-c", "0", *map(str, words)], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        wait_port(port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(8)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def pids(self):
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        return ",".join([str(self.process.pid), *children])


def eyas(folder, more=""):
    config = folder / "eyas.yaml"
    config.write_text(f'io:\n  threads: 1\nlog:\n  level: error\nhttp:\n  listen: "127.0.0.1:{HTTP}"\n'
                      f'rtmp:\n  listen: "127.0.0.1:{RTMP}"\nrtsp:\n  listen: "127.0.0.1:{RTSP}"\n'
                      + ("" if "srt:" in more else 'srt:\n  listen: ""\n') + more)
    return Server([BUILD / "eyas", "serve", "--config", config], HTTP)


def nginx(folder):
    """Debian's nginx, one worker: files of `folder` over HTTP, and RTMP play by its module."""
    module = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")
    rtmp = (f"rtmp {{ server {{ listen 127.0.0.1:{PEER_RTMP}; chunk_size 65536; "
            "application live { live on; wait_key on; } } }") if module.exists() else ""
    config = folder / "nginx.conf"
    config.write_text(
        (f"load_module {module};\n" if rtmp else "") +
        f"daemon off; master_process on; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        f"user root;\nworker_rlimit_nofile 20000; events {{ worker_connections 10000; }}\n{rtmp}\n"
        f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000; open_file_cache max=1000;\n"
        f" server {{ listen 127.0.0.1:{PEER_HTTP}; root {folder}; }} }}\n")
    return Server(["nginx", "-p", folder, "-c", config], PEER_HTTP)


def run(words):
    out = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=900)
    if out.returncode:
        print(out.stderr, file=sys.stderr)
        return None
    print(out.stdout.strip(), flush=True)
    return json.loads(out.stdout)


def bench(**options):
    return run(["taskset", "-c", "1", BUILD / "eyas-bench", *(f"{k}={v}" for k, v in {**WINDOW, **options}.items())])


def rss_kib_of(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1))


def cpu_of(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} cores ({model.group(1) if model else platform.machine()}), Linux {platform.release()}"


@contextmanager
def scratch():
    """A folder in memory, gone on leaving."""
    folder = Path(tempfile.mkdtemp(prefix="eyas-bench-", dir="/dev/shm"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
