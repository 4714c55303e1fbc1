"""Files that nothing uses, and words that must not leave the place where they were written."""
import pathlib
import re
import subprocess

import tidy_includes

# Spelled in parts, so that this list does not find itself.
FORBIDDEN_WORDS = ["/" + "work/", "/tmp/" + "bash_jobs", "sub" + "agent", "claude" + ".ai"]
PUBLIC_REGISTRY = "https://registry.npmjs.org/"
TEXT_BYTES_MAX = 4 * 1024 * 1024

CMAKE_SOURCE = re.compile(r"[\w./${}-]+\.(?:cc|h)\b")


def tracked_files(root: pathlib.Path) -> list[str]:
    """What git tracks or would track; a file that is deleted but not yet staged is left out."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root,
                            check=True, capture_output=True, text=True).stdout
    return sorted(path for path in set(listed.split("\0")) if path and (root / path).is_file())


def sources_named_by_cmake(root: pathlib.Path, tracked: list[str]) -> set[str]:
    named = set()
    for path in tracked:
        if not path.endswith(("CMakeLists.txt", ".cmake")):
            continue
        folder = pathlib.PurePosixPath(path).parent
        text = re.sub(r"#[^\n]*", "", (root / path).read_text(encoding="utf-8"))
        for token in CMAKE_SOURCE.findall(text):
            if token.startswith("${PROJECT_SOURCE_DIR}/"):
                named.add(token.removeprefix("${PROJECT_SOURCE_DIR}/"))
            else:
                token = token.removeprefix("${CMAKE_CURRENT_SOURCE_DIR}/")
                named.add(normal(str(folder / token)))
    return named


def normal(path: str) -> str:
    parts = []
    for part in path.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def check_dead(root: pathlib.Path, tracked: list[str]) -> list[str]:
    """A .cc below src/ that no CMakeLists.txt names; a header that nobody includes."""
    named = sources_named_by_cmake(root, tracked)
    included = set()
    for path in tracked:
        if path.endswith((".h", ".cc")):
            text = (root / path).read_text(encoding="utf-8")
            included |= {match.group(1) for match in tidy_includes.INCLUDE.finditer(text) if match.group(1)}
    findings = []
    for path in tracked:
        if not path.startswith("src/"):
            continue
        if path.endswith(".cc") and path not in named:
            findings.append(f"{path}: dead file: no CMakeLists.txt names it")
        if path.endswith(".h") and path.removeprefix("src/") not in included:
            findings.append(f"{path}: dead file: nobody includes it")
    return findings


def check_words(root: pathlib.Path, tracked: list[str]) -> list[str]:
    """Paths of somebody's machine, and packages that come from anywhere but the public registry."""
    findings = []
    for path in tracked:
        data = (root / path).read_bytes()
        if b"\0" in data[:8192] or len(data) > TEXT_BYTES_MAX:
            continue
        text = data.decode("utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            for word in FORBIDDEN_WORDS:
                if word in line.lower():
                    findings.append(f"{path}:{number}: forbidden word {word}")
            if path.endswith("package-lock.json") and '"resolved": "http' in line and PUBLIC_REGISTRY not in line:
                findings.append(f"{path}:{number}: package from another place than {PUBLIC_REGISTRY}")
    return findings
