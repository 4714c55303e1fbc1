"""Files stay under 500 lines and functions under 70; what is already longer may only shrink.

tools/tidy_baseline.txt lists the exceptions, one a line: `path lines` or `path:function lines`. An entry is
a ceiling: more lines fail, and so does an entry that could be lowered or is no longer needed.
"""
import ast
import pathlib

import cpp_functions

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
BASELINE = "tools/tidy_baseline.txt"

CPP = (".h", ".cc")
PYTHON = (".py",)
WEB = (".ts", ".tsx")


def read_baseline(text: str) -> dict[str, int]:
    entries = {}
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if line:
            key, lines = line.rsplit(None, 1)
            entries[key] = int(lines)
    return entries


def python_functions(text: str):
    """Yields (name, first line, number of lines) of each function of a Python file."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def functions_of(path: str, text: str):
    if path.endswith(CPP):
        return cpp_functions.functions(text)
    if path.endswith(PYTHON) or text.startswith("#!/usr/bin/env python3"):
        return python_functions(text)
    return []


def measured(path: str, text: str):
    """Yields (baseline key, place, lines, limit) of everything in a file that has a limit."""
    yield path, path, text.count("\n"), FILE_LINES_MAX
    longest = {}
    for name, line, lines in functions_of(path, text):
        if lines > longest.get(name, (0, 0))[1]:
            longest[name] = (line, lines)
    for name, (line, lines) in longest.items():
        yield f"{path}:{name}", f"{path}:{line}: {name}", lines, FUNCTION_LINES_MAX


def judge(measures, baseline: dict[str, int]) -> list[str]:
    """Compares measures with their limits and the baseline."""
    findings = []
    unused = dict(baseline)
    for key, place, lines, limit in measures:
        ceiling = unused.pop(key, None)
        if ceiling is None:
            if lines > limit:
                findings.append(f"{place}: {lines} lines, the limit is {limit}")
        elif lines > ceiling:
            findings.append(f"{place}: {lines} lines, its ceiling in {BASELINE} is {ceiling}")
        elif lines <= limit:
            findings.append(f"{BASELINE}: {key} is within the limit now: remove its entry")
        elif lines < ceiling:
            findings.append(f"{BASELINE}: {key} can be lowered from {ceiling} to {lines}")
    for key in unused:
        findings.append(f"{BASELINE}: {key} does not exist any more: remove its entry")
    return findings


def measured_paths(root: pathlib.Path, tracked: list[str]):
    for path in tracked:
        if path.endswith(CPP + PYTHON + WEB) and not path.endswith(".d.ts"):
            yield path
        elif "." not in path.rsplit("/", 1)[-1] and path.startswith(("tools/", "tests/")):
            yield path


def check(root: pathlib.Path, tracked: list[str]) -> list[str]:
    baseline_path = root / BASELINE
    baseline = read_baseline(baseline_path.read_text()) if baseline_path.exists() else {}
    measures = []
    for path in measured_paths(root, tracked):
        try:
            measures += measured(path, (root / path).read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue  # a fixture without an extension
    return judge(measures, baseline)
