"""Two networks that cannot reach each other, one server that stands in both: docs/two_networks.md, as namespaces.

    10.20.0.0/24 (A)   server .2, viewer a .10, edge .3
    10.30.0.0/24 (B)   server .2, viewer b .10, firewall .254; behind it 10.30.8.0/24 with viewer c: TCP only
    192.0.2.0/24       edge .3 (coturn and a way to HTTP), NAT .10; behind it 192.168.7.0/24 with viewer d
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import harness
from harness import PROGRAM, ROOT, Process, Skip, end_with_test, need, wait_for

ALONE = True  # it measures time

VIEWER = pathlib.Path(__file__).with_name("whep_viewer.mjs")
NAME = "live/cctv"
HTTP, MEDIA, TURN = 8080, 8189, 3478
SERVER_A, SERVER_B, EDGE = "10.20.0.2", "10.30.0.2", "192.0.2.3"
SECRET = "between-us"
VIEWER_S = 60
CONTRAST_MIN = 20  # of 255; the test picture has more than 60

# Connections pass, and what belongs to them; everything else, such as UDP, is dropped.
TCP_ONLY = """
table ip firewall {
  chain passing {
    type filter hook forward priority filter; policy drop;
    meta l4proto tcp accept
  }
}
"""
# Each flow gets a port of its own, so that nobody can guess where answers would arrive: a symmetric NAT. It lets through
# what goes to the edge and nothing else.
SYMMETRIC_NAT = f"""
table ip gateway {{
  chain leaving {{
    type nat hook postrouting priority srcnat; policy accept;
    oifname "wan" masquerade fully-random
  }}
  chain passing {{
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ip daddr {EDGE} tcp dport {{ {HTTP}, {TURN} }} accept
    ip daddr {EDGE} udp dport {TURN} accept
  }}
}}
"""
# The edge stands for a reverse proxy too: HTTP goes on to the server under the edge's own address.
EDGE_PROXY = f"""
table ip proxy {{
  chain arriving {{
    type nat hook prerouting priority dstnat; policy accept;
    ip daddr {EDGE} tcp dport {HTTP} dnat to {SERVER_A}
  }}
  chain leaving {{
    type nat hook postrouting priority srcnat; policy accept;
    oifname "a" masquerade
  }}
  chain passing {{
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ip daddr {SERVER_A} tcp dport {HTTP} accept
  }}
}}
"""


def run(*command, **options) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=30, **options)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.stderr.strip()}"
    return done.stdout


class World:
    """Namespaces, each a machine, joined by cables and switches. Ends with the test."""

    def __init__(self):
        need("ip", "nft", "node", "curl", "turnserver", os.environ.get("CHROMIUM", "chromium"))
        if os.geteuid() != 0:
            raise Skip("network namespaces need root")
        if not (ROOT / "web" / "node_modules" / "playwright-core").exists():
            raise Skip("playwright-core is not installed in web/")
        assert PROGRAM.exists(), f"{PROGRAM} is not built"
        self._prefix = f"eyas{os.getpid()}"
        self._machines = []
        self.data = tempfile.mkdtemp(prefix="eyas-interop-")
        end_with_test(self)
        self._build()

    def kill(self) -> None:
        for machine in self._machines:
            subprocess.run(["ip", "netns", "del", self._space(machine)], capture_output=True)
        shutil.rmtree(self.data, ignore_errors=True)

    def _space(self, machine: str) -> str:
        return f"{self._prefix}-{machine}"

    def on(self, machine: str, *command) -> list:
        """The command line that runs `command` on the machine."""
        return ["ip", "netns", "exec", self._space(machine), *command]

    def start(self, machine: str, *command, timeout: float = 300) -> Process:
        return Process(self.on(machine, *command), timeout=timeout)

    def _machine(self, name: str) -> None:
        try:
            run("ip", "netns", "add", self._space(name))
        except AssertionError as refused:
            raise Skip(f"no network namespaces here: {refused}") from None
        self._machines.append(name)
        # IPv6 would give each port an address of its own a second or two later, and a browser that sees its
        # network change gives up what it is loading.
        run(*self.on(name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"))
        run("ip", "-n", self._space(name), "link", "set", "dev", "lo", "up")

    def _switch(self, name: str) -> None:
        self._machine(name)
        run("ip", "-n", self._space(name), "link", "add", "name", "switch", "type", "bridge")
        run("ip", "-n", self._space(name), "link", "set", "dev", "switch", "up")

    def _cable(self, machine: str, port: str, address: str, other: str, other_port: str, other_address: str = "") -> None:
        """Between two machines; without an address the other end is a port of a switch."""
        run("ip", "link", "add", "name", port, "netns", self._space(machine), "type", "veth",
            "peer", "name", other_port, "netns", self._space(other))
        run("ip", "-n", self._space(machine), "addr", "add", address, "dev", port)
        if other_address:
            run("ip", "-n", self._space(other), "addr", "add", other_address, "dev", other_port)
        else:
            run("ip", "-n", self._space(other), "link", "set", "dev", other_port, "master", "switch")
        for one, end in ((machine, port), (other, other_port)):
            run("ip", "-n", self._space(one), "link", "set", "dev", end, "up")

    def _route(self, machine: str, to: str, via: str) -> None:
        run("ip", "-n", self._space(machine), "route", "add", to, "via", via)

    def _router(self, machine: str, rules: str) -> None:
        run(*self.on(machine, "sysctl", "-qw", "net.ipv4.ip_forward=1"))
        run(*self.on(machine, "nft", "-f", "-"), input=rules)

    def _build(self) -> None:
        for network in ("lan-a", "lan-b"):
            self._switch(network)
        for machine in ("server", "edge", "firewall", "nat", "a", "b", "c", "d"):
            self._machine(machine)
        self._cable("server", "a", f"{SERVER_A}/24", "lan-a", "server")
        self._cable("server", "b", f"{SERVER_B}/24", "lan-b", "server")
        self._cable("a", "eth0", "10.20.0.10/24", "lan-a", "viewer")
        self._cable("b", "eth0", "10.30.0.10/24", "lan-b", "viewer")
        self._cable("firewall", "b", "10.30.0.254/24", "lan-b", "firewall")
        self._cable("c", "eth0", "10.30.8.10/24", "firewall", "inside", "10.30.8.1/24")
        self._cable("edge", "a", "10.20.0.3/24", "lan-a", "edge")
        self._cable("nat", "wan", "192.0.2.10/24", "edge", "wan", f"{EDGE}/24")
        self._cable("d", "eth0", "192.168.7.10/24", "nat", "inside", "192.168.7.1/24")
        self._route("server", "10.30.8.0/24", "10.30.0.254")
        self._route("c", "default", "10.30.8.1")
        self._route("d", "default", "192.168.7.1")
        self._router("firewall", TCP_ONLY)
        self._router("nat", SYMMETRIC_NAT)
        self._router("edge", EDGE_PROXY)

    def get(self, machine: str, url: str) -> str:
        """What the machine gets from the URL, or "" within two seconds."""
        done = subprocess.run(self.on(machine, "curl", "-sf", "-m", "2", url), capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else ""

    def serve(self) -> None:
        """The server with a stream on air."""
        settings = {"http.listen": f"0.0.0.0:{HTTP}", "rtmp.listen": "127.0.0.1:1935", "webrtc.listen": f"0.0.0.0:{MEDIA}",
                    "webrtc.addresses": f"10.20.0.0/16={SERVER_A},10.30.0.0/16={SERVER_B}",
                    "webrtc.turn.urls": ",".join(f"turn:{EDGE}:{TURN}?transport={over}" for over in ("udp", "tcp")),
                    "webrtc.turn.secret": SECRET}
        sets = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
        server = self.start("server", PROGRAM, "serve", "--data", self.data, *sets)
        wait_for(lambda: self.get("server", f"http://127.0.0.1:{HTTP}/readyz"), 15, f"the server's /readyz\n{server.output}")
        self.start("server", "ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=15", "-c:v", "libx264",
                   "-preset", "ultrafast", "-tune", "zerolatency", "-g", "15", "-pix_fmt", "yuv420p", "-f", "flv",
                   f"rtmp://127.0.0.1:1935/{NAME}")
        url = f"http://127.0.0.1:{HTTP}/api/v1/streams/{NAME}"
        wait_for(lambda: '"state":"live"' in self.get("server", url).replace(" ", ""), 15, "the stream")

    def relay(self) -> None:
        """coturn on the edge, between the NAT's network and A."""
        turn = self.start("edge", "turnserver", "-n", "--listening-ip", EDGE, "--relay-ip", "10.20.0.3", "--listening-port", TURN,
                          "--allowed-peer-ip", SERVER_A, "--denied-peer-ip", "0.0.0.0-255.255.255.255",
                          "--use-auth-secret", "--static-auth-secret", SECRET, "--realm", "eyas", "--fingerprint", "--no-tls",
                          "--no-dtls", "--no-cli", "--log-file", "stdout", "--pidfile", f"{self.data}/turn.pid",
                          "--userdb", f"{self.data}/turn.db")
        listening = self.on("edge", "ss", "-Hlun", f"sport = :{TURN}")
        wait_for(lambda: run(*listening).strip(), 10, f"coturn's port\n{turn.output}")

    def watch(self, machine: str, host: str) -> dict:
        """What a browser on the machine saw of the stream; an AssertionError when that was no picture."""
        viewer = self.start(machine, "node", VIEWER, f"http://{host}:{HTTP}", NAME, timeout=VIEWER_S)
        status = viewer.wait(VIEWER_S)
        assert status == 0, f"the viewer exited with {status}:\n{viewer.output}"
        seen = json.loads(viewer.lines[-1])
        assert seen["status"] == 201, f"WHEP answered {seen}"
        assert seen["decoded"] >= 30, f"no picture: {seen}"
        assert seen["contrast"] > CONTRAST_MIN, f"the picture is blank: {seen}"
        return seen


def test_viewer_in_the_first_network_by_udp():
    world = World()
    world.serve()
    seen = world.watch("a", SERVER_A)
    assert seen["local"]["protocol"] == "udp", seen
    assert seen["remote"] == {"address": SERVER_A, "port": MEDIA}, seen
    assert not any(SERVER_B in line for line in seen["told"]), f"A is told of B: {seen}"


def test_viewer_in_the_second_network_by_udp():
    world = World()
    world.serve()
    assert not world.get("b", f"http://{SERVER_A}:{HTTP}/healthz"), "B reaches A: nothing is proven"
    seen = world.watch("b", SERVER_B)
    assert seen["local"]["protocol"] == "udp", seen
    assert seen["remote"] == {"address": SERVER_B, "port": MEDIA}, seen


def test_viewer_behind_a_firewall_that_blocks_udp_by_ice_tcp():
    world = World()
    world.serve()
    seen = world.watch("c", SERVER_B)
    assert seen["local"]["protocol"] == "tcp", seen
    assert seen["remote"] == {"address": SERVER_B, "port": MEDIA}, seen


def test_viewer_behind_a_symmetric_nat_by_coturn():
    world = World()
    world.serve()
    world.relay()
    assert not world.get("d", f"http://{SERVER_A}:{HTTP}/healthz"), "d reaches the server itself: nothing is proven"
    seen = world.watch("d", EDGE)
    assert seen["local"]["type"] == "relay" and seen["local"]["relayProtocol"] == "udp", seen
    assert seen["remote"] == {"address": SERVER_A, "port": MEDIA}, seen
