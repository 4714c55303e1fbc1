"""Every header compiles alone. One that a source includes before all else is compiled alone whenever that source
is; the others are compiled here, unless their text, and the text of what they include of ours, is as it was when they
last compiled."""
import concurrent.futures
import hashlib
import os
import pathlib
import subprocess

import tidy_includes

COMPILE = ["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Isrc",
           "-x", "c++"]


def closure(root: pathlib.Path, header: str, seen: set[str]) -> set[str]:
    """The header and all of ours that it includes, directly or not; paths below src/."""
    if header in seen or not (root / "src" / header).is_file():
        return seen
    seen.add(header)
    text = (root / "src" / header).read_text(encoding="utf-8")
    for match in tidy_includes.INCLUDE.finditer(text):
        if match.group(1):
            closure(root, match.group(1), seen)
    return seen


def digest(root: pathlib.Path, header: str) -> str:
    hashed = hashlib.sha256(" ".join(COMPILE).encode())
    for part in sorted(closure(root, header, set())):
        hashed.update(part.encode() + b"\0" + (root / "src" / part).read_bytes())
    return hashed.hexdigest()


def included_first(root: pathlib.Path, tracked: list[str]) -> set[str]:
    """Headers that a source of the server or its tests begins with."""
    first = set()
    for path in tracked:
        if path.startswith("src/") and path.endswith(".cc") and not path.endswith("_fuzz.cc"):
            match = tidy_includes.INCLUDE.search((root / path).read_text(encoding="utf-8"))
            if match and match.group(1):
                first.add(f"src/{match.group(1)}")
    return first


def compile_alone(root: pathlib.Path, cache: pathlib.Path, path: str) -> list[str]:
    stamp = cache / digest(root, path.removeprefix("src/"))
    if stamp.exists():
        return []
    done = subprocess.run(COMPILE + [path], cwd=root, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode == 0:
        stamp.touch()
        return []
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    return [f"{path}: does not compile alone: {errors[0] if errors else done.stderr.strip()[-200:]}"]


def check(root: pathlib.Path, tracked: list[str]) -> list[str]:
    cache = root / "build" / "tidy-headers"
    cache.mkdir(parents=True, exist_ok=True)
    proven = included_first(root, tracked)
    headers = [path for path in tracked if path.startswith("src/") and path.endswith(".h") and path not in proven]
    findings = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0))) as pool:
        for found in pool.map(lambda path: compile_alone(root, cache, path), headers):
            findings += found
    return findings
