#!/usr/bin/env python3
"""Writes docs/dependencies.md: every library of the programs and the page, with version, licence, and what it is for.

Usage: tools/list_dependencies.py [--check]
  --check   say what is missing or out of date, and write nothing

Debian's packages are those of tools/dependencies.txt; their versions are this machine's, and a check passes over
them, because a security update is no change of ours. The page's packages are those of web/package-lock.json.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "dependencies.md"
PROGRAMS = ["eyas", "eyas-worker"]
# Packages of the [build] list that make the build run and leave nothing in it.
TOOLS = {"g++", "make", "cmake", "ninja-build", "ccache", "pkg-config", "python3", "git", "ca-certificates", "clang-format-14",
         "libbrotli-dev"}
NONE = "-"


@dataclass
class Library:
    runtime: str
    build: str
    licence: str
    programs: str
    purpose: str

    @property
    def package(self) -> str:
        return self.build if self.runtime == NONE else self.runtime


def libraries(text: str) -> list[Library]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [Library(*(cell.strip() for cell in line.split("|"))) for line in lines]


def version_of(package: str) -> str:
    found = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
    return found.stdout if found.returncode == 0 and found.stdout else "not installed here"


def npm_packages(lock: dict, manifest: dict) -> tuple[list, list]:
    """(what the page is made of, what builds and tests it): (name, version, licence) each; of the latter, what we name."""
    served, tools = [], []
    for path, entry in lock["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if not path or entry.get("optional"):
            continue
        row = (name, entry["version"], entry.get("license", "unknown"))
        if not entry.get("dev"):
            served.append(row)
        elif path == f"node_modules/{name}" and name in manifest["devDependencies"]:
            tools.append(row)
    return sorted(served), sorted(tools)


def table(header: list[str], rows) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def document(found: list[Library], served: list, tools: list, version=version_of) -> str:
    debian = [(lib.package, version(lib.package), lib.licence, lib.programs, lib.purpose) for lib in found]
    return f"""# What Eyas is made of

Written by `tools/list_dependencies.py`; do not edit. Versions of Debian's packages are those of the machine that wrote it.
`eyas` itself loads no encoder and no decoder: those run in `eyas-worker`. What tests use of other people's programs
is listed in `tools/packages.txt`, `tools/python_packages.txt`.

## Programs

{table(["Debian package", "version", "licence", "programs", "what for"], debian)}

## The page

What `web/dist` is made of, as npm resolves it; types among it leave nothing there:

{table(["npm package", "version", "licence"], served)}

What builds and tests it, and is not in it:

{table(["npm package", "version", "licence"], tools)}
"""


def current(version=version_of) -> str:
    read = lambda path: (ROOT / path).read_text(encoding="utf-8")  # noqa: E731
    served, tools = npm_packages(json.loads(read("web/package-lock.json")), json.loads(read("web/package.json")))
    return document(libraries(read("tools/dependencies.txt")), served, tools, version)


def without_debian_versions(page: str) -> str:
    return re.sub(r"^(\| [^|]+ \|)[^|]+(\|(?:[^|]+\|){3})$", r"\1\2", page, flags=re.MULTILINE)


def build_packages(text: str) -> list[str]:
    section = text.partition("[build]")[2].partition("\n[")[0]
    return [line for line in section.splitlines()[1:] if line.strip()]


def unlisted(found: list[Library], packages: list[str]) -> list[str]:
    """Packages that the build installs and the list does not have."""
    return sorted(set(packages) - {lib.build for lib in found} - TOOLS)


def loaded_by(program: pathlib.Path) -> list[str]:
    dynamic = subprocess.run(["readelf", "-dW", program], check=True, capture_output=True, text=True).stdout
    return re.findall(r"\(NEEDED\)\s+Shared library: \[(.+)\]", dynamic)


def owners_of(sonames: list[str]) -> dict[str, set[str]]:
    """The Debian packages that have a library of each name; other architectures' may be among them."""
    listed = subprocess.run(["dpkg-query", "-S", *(f"*/{soname}" for soname in sonames)], capture_output=True, text=True)
    owners = {soname: set() for soname in sonames}
    for line in listed.stdout.splitlines():
        package, _, path = line.partition(": ")
        soname = path.rpartition("/")[2]
        if soname in owners:
            owners[soname].add(package.partition(":")[0])
    return owners


def unlisted_loads(found: list[Library], program: pathlib.Path) -> list[str]:
    """Libraries that a built program loads and the list does not give it."""
    named = {lib.runtime for lib in found if program.name in lib.programs.split(", ")}
    return [f"{program.name} loads {soname} of {' or '.join(sorted(owners)) or 'no package'}"
            for soname, owners in owners_of(loaded_by(program)).items() if not owners & named]


def check() -> list[str]:
    found = libraries((ROOT / "tools" / "dependencies.txt").read_text(encoding="utf-8"))
    packages = build_packages((ROOT / "tools" / "packages.txt").read_text(encoding="utf-8"))
    findings = [f"{package} is in tools/packages.txt and not in tools/dependencies.txt" for package in unlisted(found, packages)]
    for program in (ROOT / "build" / "dev" / name for name in PROGRAMS):
        if program.exists():
            findings += unlisted_loads(found, program)
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if without_debian_versions(page) != without_debian_versions(current(lambda package: "any")):
        findings.append("docs/dependencies.md is out of date: run tools/list_dependencies.py")
    return findings


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="say what is out of date")
    if not parser.parse_args().check:
        PAGE.write_text(current(), encoding="utf-8")
        return 0
    findings = check()
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
