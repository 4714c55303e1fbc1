"""Who owns the server's heap while the soak goes on: heaptrack's peak, by the first of our own functions in each stack."""
import collections
import gzip
import pathlib
import re
import subprocess
import tempfile

LIBRARY = pathlib.Path("/usr/lib/heaptrack")
TOP = 10
# Who asks for memory on behalf of others: the owner stands further out.
LENDERS = re.compile(r"eyas::(base::|io::Loop::(post|after)|io::TcpStream::hold)|^(?!eyas::)")


def profile(soak, options) -> int:
    """Runs `soak(env)`, whose server has heaptrack inside; prints the owners, and writes them with --write."""
    preload = LIBRARY / "libheaptrack_preload.so"
    if not preload.exists():
        print("heaptrack is not installed")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        raw = pathlib.Path(folder) / "raw"
        soak({"LD_PRELOAD": str(preload), "DUMP_HEAPTRACK_OUTPUT": str(raw)})
        rows = owners(pathlib.Path(folder), raw)
    lines = table_of(rows)
    print("\n".join(lines))
    if options.write:
        from page import RELIABILITY, put
        put("heap", f"tests/soak/run --heap --minutes {options.minutes:g} --write", lines, RELIABILITY)
    return 0


def owners(folder, raw) -> collections.Counter:
    """Bytes at the peak by owner; the sum is under the key None."""
    folded, seen = folder / "folded", folder / "seen.gz"
    with raw.open("rb") as source, gzip.open(seen, "wb", compresslevel=1) as out:
        reading = subprocess.Popen([LIBRARY / "libexec" / "heaptrack_interpret"], stdin=source, stdout=subprocess.PIPE)
        for block in iter(lambda: reading.stdout.read(1 << 20), b""):
            out.write(block)
        reading.wait()
    subprocess.run(["heaptrack_print", "-f", seen, "-p", "0", "-a", "0", "-T", "0", "-F", folded, "--flamegraph-cost-type", "peak"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    rows = collections.Counter()
    for line in folded.read_text().splitlines():
        stack, _, cost = line.rpartition(" ")
        rows[owner(stack.split(";"))] += int(cost)
        rows[None] += int(cost)
    return rows


def owner(stack) -> str:
    """The innermost function of ours that keeps memory for itself; `stack` is outermost first."""
    ours = [frame for frame in reversed(stack) if frame.startswith("eyas::") or " eyas::" in frame.split("(")[0]]
    for frame in ours:
        name = bare(frame)
        if not LENDERS.match(name):
            return name
    return bare(ours[0]) if ours else "libraries, before and outside our functions"


def bare(frame) -> str:
    """The function's name alone: without what it takes and returns."""
    while (shorter := re.sub(r"\([^()]*\)|<[^<>]*>|\{[^{}]*\}|\[[^][]*\]", "", frame)) != frame:
        frame = shorter
    names = [word for word in frame.split() if "eyas::" in word]
    return names[-1].rstrip(":") if names else frame.strip()


def table_of(rows):
    total = rows.pop(None)
    head = [f"{total / 1048576:.1f} MiB at the peak.", "", "| owner | MiB | share |", "|---|---|---|"]
    return head + [f"| `{name.removeprefix('eyas::')}` | {cost / 1048576:.2f} | {100 * cost / total:.0f} % |"
                   for name, cost in rows.most_common(TOP)]
