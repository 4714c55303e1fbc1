"""The part of bench/run with a 4K60 H.265 stream of 60 Mbit/s: in over SRT, out over RTSP and LL-HLS at the same time."""
import subprocess
import time

SRT = 28890
SECONDS, RATE = 60, 60


def times_of(lines):
    """Of the pictures that ffprobe named, in the order of showing; the last line may have been cut off."""
    return [float(line.split(",")[0]) for line in lines.splitlines()[:-1] if line[:1].isdigit()]


class Uhd:
    """Counts every picture that comes out; `tools` is bench/run itself."""

    def __init__(self, tools, folder):
        self.tools, self.folder = tools, folder

    def clip(self):
        path = self.tools.ROOT / "build" / "bench-2160p60-60M.mp4"
        if not path.exists():
            subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size=3840x2160:rate={RATE},noise=alls=20:allf=t",
                            "-t", "4", "-c:v", "libx265", "-preset", "ultrafast", "-b:v", "60M", "-pix_fmt", "yuv420p", "-tag:v", "hvc1",
                            "-x265-params", "keyint=60:min-keyint=60:scenecut=0:bframes=0:vbv-maxrate=60000:vbv-bufsize=30000:log-level=error",
                            path], check=True)
        return path

    def reader(self, *source):
        """ffprobe on core 1, naming the time of each picture as it comes."""
        return subprocess.Popen(["taskset", "-c", "1", "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time",
                                 "-of", "csv=p=0", *source], stdout=subprocess.PIPE, text=True)

    def measure(self):
        clip = self.clip()
        megabits = clip.stat().st_size * 8e-6 / 4
        with self.tools.eyas(self.folder, f'srt:\n  listen: "127.0.0.1:{SRT}"\n') as server:
            sender = subprocess.Popen(["taskset", "-c", "1", "ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", clip, "-c",
                                       "copy", "-f", "mpegts", f"srt://127.0.0.1:{SRT}?streamid=publish:live/uhd&latency=200000"])
            try:
                time.sleep(4)
                readers = {"RTSP": self.reader("-rtsp_transport", "tcp", f"rtsp://127.0.0.1:{self.tools.RTSP}/live/uhd"),
                           "LL-HLS": self.reader(f"http://127.0.0.1:{self.tools.HTTP}/live/uhd/index.m3u8")}
                time.sleep(4)
                cpu = self.tools.cpu_of(server.process.pid)
                time.sleep(SECONDS)
                share = (self.tools.cpu_of(server.process.pid) - cpu) / SECONDS * 100
                for reader in readers.values():
                    reader.terminate()
                seen = {way: times_of(reader.communicate()[0]) for way, reader in readers.items()}
            finally:
                sender.kill()
                sender.wait()
        self.tools.row(f"4K60 H.265 of {megabits:.0f} Mbit/s, SRT to RTSP and LL-HLS: share of a core over {SECONDS} s", "<= 15 %", f"{share:.1f} %",
                       share <= 15)
        for way, times in seen.items():
            # A joint of the looped clip may be a picture's time longer than it should be.
            lost = sum(max(0, round((b - a) * RATE - 0.6) - 1) for a, b in zip(times, times[1:]))
            self.tools.row(f"4K60 H.265, {way}: pictures seen, lost", f">= {SECONDS * RATE}, 0", f"{len(times)}, {lost}",
                           len(times) >= SECONDS * RATE and lost == 0)
