"""The include table of ARCHITECTURE.md: which room may include which (downwards only)."""
import pathlib
import re

BELOW_PROTOCOLS = {"base", "io", "media", "codec", "container", "rtp", "telemetry", "http", "store", "hub"}
SERVICES = BELOW_PROTOCOLS - {"rtp"}

# Room -> rooms that it may include besides itself. A header instead of a room allows that header alone.
ALLOWED = {
    "base": set(),
    "io": {"base"},
    "media": {"base"},
    "codec": {"media", "base"},
    "container": {"codec", "media", "base"},
    "rtp": {"codec", "media", "base"},
    "telemetry": {"codec", "media", "base"},
    "http": {"io", "base"},
    "store": {"io", "base"},
    "hub": {"media", "base", "io/executor.h"},
    # protocol.h is what the server knows of each protocol: the interface that their descriptors implement.
    # The rest of what lies beside it is what several protocols share.
    "protocols": BELOW_PROTOCOLS | {"protocols"},
    # A source of ours may run a worker: the demo flight is drawn and encoded there.
    # Pulls and pushes are made by protocols, of which it knows the interface; devices are pulls of its own.
    "sources": BELOW_PROTOCOLS | {"worker", "protocols/protocol.h", "protocols/pull_publisher.h", "protocols/transfer.h",
                                  "protocols/test_transfers.h"},
    "record": SERVICES,
    "worker": SERVICES,
    "insight": SERVICES,
    "people": SERVICES,
    "cluster": SERVICES,
}
ALLOWED["api"] = set(ALLOWED)
ALLOWED["api"].discard("protocols")
ALLOWED["server"] = set(ALLOWED) | {"api"}

# Libraries that stay in the rooms named: they are slow to compile, or unsafe to let near a stranger's bytes.
LIBRARY_HOMES = [
    (re.compile(r"boost/beast"), {"http"}, "Beast stays in the http room"),
    (re.compile(r"nghttp2/"), {"http"}, "nghttp2 stays in the http room"),
    (re.compile(r"lib(av|sw)[a-z]+/"), {"worker"}, "FFmpeg's libraries stay in the worker program"),
    (re.compile(r"spdlog/"), {"base"}, "spdlog stays behind base/log.h"),
    (re.compile(r"yaml-cpp/"), {"server"}, "yaml-cpp stays in the server's configuration"),
    (re.compile(r"pugixml"), {"sources"}, "pugixml stays with ONVIF, in the sources room"),
]

# A header that only tests and fuzzers include.
TEST_HEADER = re.compile(r"/test_\w+\.h$")

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def room_of(path: str) -> str:
    """The room of a path below src/, with protocols kept apart: "hub", "protocols/rtmp"."""
    parts = path.split("/")
    if parts[0] == "protocols" and len(parts) > 2:
        return "/".join(parts[:2])
    return parts[0]


def refusal(includer: str, included: str):
    """Why `includer` may not include `included` (both relative to src/), or None when it may."""
    mine, theirs = room_of(includer), room_of(included)
    # Test doubles beside the tests obey the table too: a test that reaches up is a sign of a wrong seam.
    if mine.startswith("protocols/") and includer.startswith(mine + "/wire/"):
        if theirs == "base" or included.startswith(mine + "/wire/"):
            return None
        return f"{mine}/wire may include base only"
    if mine == theirs:
        return None
    if included.startswith("io/sim/"):
        for_tests = includer.endswith(("_test.cc", "_fuzz.cc")) or TEST_HEADER.search(includer)
        return None if for_tests and mine not in ("base", "media") else "the simulated world is for tests"
    if mine.startswith("protocols") and theirs.startswith("protocols/"):
        return "a protocol never includes another protocol"
    my_rules = ALLOWED.get(mine.split("/")[0])
    if my_rules is None:
        return f"room {mine} is not in the include table"
    if theirs.split("/")[0] in my_rules or included in my_rules:
        return None
    allowed = ", ".join(sorted(my_rules)) or "the standard library"
    return f"{mine} may include only {allowed}"


def library_refusal(includer: str, header: str):
    """Why `includer` may not include the library header, or None when it may."""
    room = room_of(includer)
    if includer.endswith("_test.cc") or TEST_HEADER.search("/" + includer):
        return None  # tests compare us with the reference implementations
    for pattern, homes, reason in LIBRARY_HOMES:
        if pattern.match(header) and room not in homes:
            return reason
    return None


def exists(root: pathlib.Path, header: str) -> bool:
    """Whether a header is ours; `x.h.in` is what CMake makes `x.h` from."""
    return any((root / "src" / name).is_file() for name in (header, header + ".in"))


def check(root: pathlib.Path, tracked: list[str]) -> list[str]:
    findings = []
    for path in tracked:
        if not path.startswith("src/") or not path.endswith((".h", ".cc")):
            continue
        includer = path.removeprefix("src/")
        text = (root / path).read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            ours, library = match.groups()
            line = text.count("\n", 0, match.start(1 if ours else 2)) + 1
            if library:
                reason = library_refusal(includer, library)
            elif not exists(root, ours):
                reason = "no such header below src/"
            else:
                reason = refusal(includer, ours)
            if reason:
                findings.append(f"{path}:{line}: include of {ours or library}: {reason}")
    return findings
