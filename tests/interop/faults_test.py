"""Faults of the machine, the network and the worker: what keeps working, and what the operator sees.

Each promise is a row of docs/RELIABILITY.md, which names its test.
"""
import pathlib
import re
import tempfile

from harness import PROGRAM, Server, Skip, end_with_test, wait_for

TRESPASSER = PROGRAM.parent / "tests" / "trespasser"


def metric(server: Server, name: str, labels: str = "") -> float:
    """A metric's value; -1 when it is not there."""
    found = re.search(rf"^{re.escape(name + labels)} (\S+)$", server.get("/metrics")[2].decode(), re.MULTILINE)
    return float(found.group(1)) if found else -1


def worker_pids(server: Server) -> list:
    return re.findall(r"worker\.start worker=\S+ pid=(\d+)", server.output)


def trespasser(deed: str) -> pathlib.Path:
    """A worker program that does `deed` once it is shut in."""
    if not TRESPASSER.exists():
        raise Skip(f"{TRESPASSER} is not built")
    folder = tempfile.TemporaryDirectory(prefix="eyas-trespasser-")
    folder.kill = folder.cleanup
    end_with_test(folder)
    program = pathlib.Path(folder.name) / f"trespasser-{deed}"
    program.symlink_to(TRESPASSER)
    return program


def test_a_worker_that_opens_a_file_dies_is_named_and_starts_again():
    server = Server({"worker.program": trespasser("file")}, command="demo")
    wait_for(lambda: len(worker_pids(server)) >= 2, 10, "a second worker")
    assert 'worker.trespass worker=demo' in server.output, server.output
    assert "class=files call=open" in server.output, server.output
    assert "forbidden system call" in server.output, server.output
    assert metric(server, "eyas_worker_trespasses_total", '{class="files"}') >= 1
    assert metric(server, "eyas_worker_exits_total") >= 1
    assert server.get("/readyz")[0] == 200


def test_a_worker_that_makes_a_socket_dies_is_named_and_starts_again():
    server = Server({"worker.program": trespasser("socket")}, command="demo")
    wait_for(lambda: len(worker_pids(server)) >= 2, 10, "a second worker")
    assert "class=sockets call=socket" in server.output, server.output
    assert metric(server, "eyas_worker_trespasses_total", '{class="sockets"}') >= 1
