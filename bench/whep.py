"""The WHEP part of bench/run: viewers with ICE, DTLS, SRTP and transport-wide feedback, each on a socket of his own."""

UDP = 28189
PAYLOAD = 1100  # bytes of a picture in one datagram, about
WEBRTC = f'webrtc:\n  listen: "127.0.0.1:{UDP}"\n  keep_sei: true\n'


class Whep:
    """Runs one scenario after another, each against a fresh server on core 0; `tools` is bench/run itself."""

    def __init__(self, tools, folder, file):
        self.tools, self.folder = tools, folder
        self.common = {"way": "whep", "path": "/live/bench/whep", "file": file, "audio": "opus", "port": tools.HTTP,
                       "rtmp_port": tools.RTMP, "udp_port": UDP}

    def bench(self, **options):
        with self.tools.eyas(self.folder, WEBRTC) as server:
            return self.tools.bench(**{**self.common, **options}, pids=server.pids())

    def row(self, what, target, figure, ok, ratio=""):
        self.tools.row(f"WHEP, {what}", target, figure, ok, ratio)

    def cost_of_200(self, **options):
        """In rounds; with the ratio to the same datagrams, neither encrypted nor anybody's own."""
        floors, rounds = [], []
        for _ in range(self.tools.ROUNDS):
            floors.append(self.tools.floor_of(self.common["file"], "udp"))
            rounds.append(self.bench(viewers=200, **options))
        return rounds, self.tools.middle(rounds, "cpu_per_gbit"), f"{self.tools.ratio_of(rounds, floors):.2f} x sendmmsg x GSO"

    def measure(self):
        for part in (self.cost, self.cost_cm, self.latency, self.crowd, self.saturation, self.flood, self.churn):
            try:
                part()
            except (TypeError, KeyError):  # the load tool gave no figures
                self.row(part.__name__, "", "did not run", False)

    def cost(self):
        rounds, cost, ratio = self.cost_of_200()
        self.row("200 viewers, AES-128-GCM: CPU s/Gbit", "<= 0.35", f"{cost:.4f}", cost <= 0.35, ratio)
        each = max(got["rss_mib"] - got["rss_mib_without_viewers"] for got in rounds) * 1024 / 200
        self.row("200 viewers: RSS each, at most", "<= 64 KiB", f"{each:.1f} KiB", each <= 64)
        lost, left = (sum(got[key] for got in rounds) for key in ("lost_datagrams", "closed"))
        self.row("200 viewers: packets lost, viewers that left", "0", f"{lost}, {left}", lost + left == 0)
        first = self.tools.middle(rounds, "first_coded_ms_p50")
        self.row("200 viewers: POST to first video packet, median", "< 5 ms", f"{first:.2f} ms", 0 <= first < 5)

    def cost_cm(self):
        _, cost, ratio = self.cost_of_200(srtp="cm")
        self.row("200 viewers, AES128_CM_SHA1_80: CPU s/Gbit", "<= 0.7", f"{cost:.4f}", cost <= 0.7, ratio)

    def latency(self):
        few = self.bench(viewers=5, sampled=5)
        self.row("5 viewers: relay latency p50 / p99", "<= 0.4 ms / -", f"{few['relay_ms_p50']:.3f} / {few['relay_ms_p99']:.3f} ms",
                 0 <= few["relay_ms_p50"] <= 0.4)
        many = self.bench(viewers=150)
        self.row("150 viewers: relay latency p50 / p99", "<= 2 / 15 ms", f"{many['relay_ms_p50']:.3f} / {many['relay_ms_p99']:.3f} ms",
                 0 <= many["relay_ms_p50"] <= 2 and many["relay_ms_p99"] <= 15)
        # What one datagram costs the server, times those of the largest keyframe to everybody.
        each = many["cpu_seconds"] / many["datagrams"] * 1e3
        floor = each * 150 * many["key_bytes"] / PAYLOAD
        self.row("150 viewers: the floor of p99, a keyframe's own fan-out on one core", "stated",
                 f"{floor:.1f} ms ({many['key_bytes'] // 1024} KiB, {each * 1e3:.2f} us a datagram)", None)

    def crowd(self):
        got = self.bench(viewers=1200, warmup=4)
        whole = got["playing"] == 1200 and got["lost_datagrams"] == 0
        self.row("1,200 viewers on one core: playing, refused, packets lost", "1200, 0, 0",
                 f"{got['playing']}, {got['refused']}, {got['lost_datagrams']} of {got['datagrams']}", whole)
        self.row("1,200 viewers: CPU s/Gbit", "stated", f"{got['cpu_per_gbit']:.4f}", None)
        share = got["gbit"] / got["seconds"] / max(got["playing"], 1) * 1e3
        self.row("1,200 viewers: delivered to each who plays (nobody is silently thinned)", ">= 2.0 Mbit/s", f"{share:.2f} Mbit/s", share >= 2.0)
        self.row("1,200 viewers: relay latency p50 / p99", "stated", f"{got['relay_ms_p50']:.1f} / {got['relay_ms_p99']:.1f} ms", None)

    def saturation(self):
        got = self.bench(viewers=2200, sampled=0, warmup=4)
        each = got["gbit"] / got["seconds"] / max(got["playing"], 1) * 1e3
        self.row("2,200 viewers, over what one core takes: refused with 503; to each who plays; packets lost", "> 0; >= 2.0 Mbit/s; 0",
                 f"{got['refused']}; {each:.2f} Mbit/s to {got['playing']}; {got['lost_datagrams']}",
                 got["refused"] > 0 and each >= 2.0 and got["lost_datagrams"] == 0)

    def flood(self):
        got = self.bench(viewers=50, seconds=10, junk=50_000)
        self.row(f"50 viewers under {got['junk'] / (got['seconds'] + 2):.0f} junk datagrams/s: pictures and packets lost", "0",
                 f"{got['lost']}, {got['lost_datagrams']}", got["lost"] + got["lost_datagrams"] == 0)

    def churn(self):
        # A small picture: by its phase the stream's ring holds a group more or less, which at 2 Mbit/s is 0.5 MB.
        got = self.bench(way="whep_churn", viewers=10_000, file=self.tools.sample_file("320x180", 15, "200k"))
        grown = (got["rss_mib"] / got["rss_mib_without_viewers"] - 1) * 100
        self.row("10,000 sessions opened and closed, after 10,000 others: RSS grows by, sessions without a picture", "<= 2 %, 0",
                 f"{grown:.2f} % of {got['rss_mib_without_viewers']:.1f} MiB, {got['failures']}", grown <= 2 and got["failures"] == 0)
