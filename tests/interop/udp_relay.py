"""A user-space UDP relay that loses, delays, reorders and limits, by a seed: the sick network between two programs.

As a program: udp_relay.py --target PORT --listen PORT [--loss 0.05] [--delay-ms 25] [--jitter-ms 0] [--reorder 0.01] [--kbit 0]
[--seed 1]
"""
import argparse
import dataclasses
import heapq
import itertools
import random
import selectors
import socket
import threading
import time

DATAGRAM_MAX = 2048
CLIENTS_MAX = 1000


@dataclasses.dataclass(frozen=True)
class Path:
    """One direction. Jitter keeps the order, as queues do; `reorder` of the datagrams, a share, come `reorder_s` late.

    0 kbit/s is without limit.
    """
    loss: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    reorder: float = 0.0
    reorder_s: float = 0.01
    kbit_per_s: float = 0.0
    queue_bytes: int = 192 * 1024


class _Direction:
    """A path in use: when the wire is free again, and what was lost."""

    def __init__(self, path: Path, seed: str):
        self.path = path
        self.passed, self.lost = 0, 0
        self._random = random.Random(seed)
        self._wire_free = 0.0
        self._newest_due = 0.0

    def due(self, size: int, now: float):
        """When a datagram that comes now arrives; None when it is lost."""
        path = self.path
        if self._random.random() < path.loss:
            self.lost += 1
            return None
        leaves = now
        if path.kbit_per_s > 0:
            bytes_per_s = path.kbit_per_s * 125
            if max(0.0, self._wire_free - now) * bytes_per_s + size > path.queue_bytes:
                self.lost += 1
                return None
            self._wire_free = leaves = max(self._wire_free, now) + size / bytes_per_s
        self.passed += 1
        due = max(self._newest_due, leaves + path.delay_s + self._random.random() * path.jitter_s)
        if self._random.random() < path.reorder:
            return due + path.reorder_s
        self._newest_due = due
        return due


class Relay:
    """Datagrams to `port` go to 127.0.0.1:target and back. Runs in a thread of its own until kill()."""

    def __init__(self, target: int, port: int = 0, seed: int = 1, there: Path = Path(), back: Path = Path()):
        self.to_target = _Direction(there, f"{seed} there")
        self.to_client = _Direction(back, f"{seed} back")
        self._target = ("127.0.0.1", target)
        self._front = self._socket(port)
        self.port = self._front.getsockname()[1]
        self._backs = {}  # client's address -> the socket that stands for it
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._front, selectors.EVENT_READ, None)
        self._waiting = []  # (due, number, socket, datagram, address)
        self._numbers = itertools.count()
        self._ends = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def set_path_to_client(self, path: Path) -> None:
        self.to_client.path = path

    def set_path_to_target(self, path: Path) -> None:
        self.to_target.path = path

    def set_target(self, port: int) -> None:
        self._target = ("127.0.0.1", port)

    def kill(self) -> None:
        self._ends = True
        self._thread.join(2)

    @staticmethod
    def _socket(port: int) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        made.bind(("127.0.0.1", port))
        made.setblocking(False)
        return made

    def _run(self) -> None:
        while not self._ends:
            wait = 0.05 if not self._waiting else max(0.0, min(0.05, self._waiting[0][0] - time.monotonic()))
            for key, _ in self._selector.select(wait):
                self._take(key.fileobj, key.data)
            self._deliver(time.monotonic())
        for opened in (self._front, *self._backs.values()):
            opened.close()
        self._selector.close()

    def _take(self, arrived_at: socket.socket, client) -> None:
        while True:
            try:
                datagram, sender = arrived_at.recvfrom(DATAGRAM_MAX)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            now = time.monotonic()
            if client is None:
                back = self._back(sender)
                if back:
                    self._put(self.to_target.due(len(datagram), now), back, datagram, self._target)
            else:
                self._put(self.to_client.due(len(datagram), now), self._front, datagram, client)

    def _back(self, client):
        if client not in self._backs and len(self._backs) < CLIENTS_MAX:
            self._backs[client] = self._socket(0)
            self._selector.register(self._backs[client], selectors.EVENT_READ, client)
        return self._backs.get(client)

    def _put(self, due, out: socket.socket, datagram: bytes, address) -> None:
        if due is not None:
            heapq.heappush(self._waiting, (due, next(self._numbers), out, datagram, address))

    def _deliver(self, now: float) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            _, _, out, datagram, address = heapq.heappop(self._waiting)
            try:
                out.sendto(datagram, address)
            except (BlockingIOError, ConnectionRefusedError):
                pass


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--target", type=int, required=True)
    options.add_argument("--listen", type=int, default=0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--loss", type=float, default=0.0)
    options.add_argument("--delay-ms", type=float, default=0.0)
    options.add_argument("--jitter-ms", type=float, default=0.0)
    options.add_argument("--reorder", type=float, default=0.0, help="share that comes 10 ms late")
    options.add_argument("--kbit", type=float, default=0.0, help="towards the client")
    chosen = options.parse_args()
    both = Path(chosen.loss, chosen.delay_ms / 1000, chosen.jitter_ms / 1000, chosen.reorder)
    relay = Relay(chosen.target, chosen.listen, chosen.seed, both, dataclasses.replace(both, kbit_per_s=chosen.kbit))
    print(f"relaying 127.0.0.1:{relay.port} to 127.0.0.1:{chosen.target}", flush=True)
    try:
        while True:
            time.sleep(10)
            print(f"to client: {relay.to_client.passed} passed, {relay.to_client.lost} lost", flush=True)
    except KeyboardInterrupt:
        relay.kill()


if __name__ == "__main__":
    main()
