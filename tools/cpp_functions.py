"""Finds the functions of a C++ file by its braces: enough to measure them, far from a parser."""
import re

TOKEN = re.compile(
    r"""
      (?P<raw>R"(?P<delimiter>[^(\s]*)\(.*?\)(?P=delimiter)")
    | (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<string>"(?:\\.|[^"\\\n])*")
    | (?P<char>(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+')
    | (?P<directive>^[ \t]*\#(?:\\\n|[^\n])*)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
SCOPE = re.compile(r"\b(namespace|class|struct|enum|union|extern)\b")
ACCESS = re.compile(r"\b(?:public|protected|private)\s*:(?!:)")
NAME = re.compile(r"([~A-Za-z_][\w:~]*|operator\s*[^\s(]+|operator\(\))\s*\(")


def blank(text: str) -> str:
    """The text with comments, literals and directives blanked; every line keeps its number."""
    def replace(match):
        filler = "\n" * match.group().count("\n")
        return filler if match.group("comment") or match.group("directive") else "0" + filler
    return ACCESS.sub("", TOKEN.sub(replace, text))


def kind_of(head: str) -> str:
    """What a brace opens, told by the text before it at namespace or class scope."""
    stripped = head.strip()
    before_parenthesis = stripped.split("(")[0]
    if stripped.endswith("="):
        return "initialiser"
    if SCOPE.search(before_parenthesis) and not before_parenthesis.rstrip().endswith(("operator",)):
        returns_type = "(" in stripped and not stripped.startswith(("enum", "namespace", "class", "struct", "union",
                                                                     "extern", "template"))
        return "function" if returns_type else "scope"
    return "function" if "(" in stripped else "initialiser"


def skip_block(text: str, opening: int) -> int:
    """The index just after the brace that closes the one at `opening`."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, opening):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.end()
    return len(text)


def name_of(head: str) -> str:
    if head.lstrip().startswith("TEST"):
        inside = re.search(r"\(([^)]*)\)", head)
        return ".".join(part.strip() for part in inside.group(1).split(",")) if inside else "TEST"
    match = NAME.search(head)
    return re.sub(r"\s+", " ", match.group(1)) if match else "?"


def functions(source: str):
    """Yields (name, first line, number of lines) of each function body in a C++ file."""
    text = blank(source)
    head_start = position = 0
    marks = re.compile(r"[{};]")
    while match := marks.search(text, position):
        position = match.end()
        head = text[head_start:match.start()]
        if match.group() != "{":
            # A `for (;;)` cannot occur at this scope, a `;` always ends a declaration.
            head_start = position
            continue
        kind = kind_of(head)
        if kind == "scope":
            head_start = position
            continue
        end = skip_block(text, match.start())
        rest = text[end:end + 200].lstrip()
        position = end
        if kind == "function" and not rest.startswith((",", "{", ")")):
            leading = len(head) - len(head.lstrip())
            first = text.count("\n", 0, head_start + leading) + 1
            last = text.count("\n", 0, end) + 1
            yield name_of(head), first, last - first + 1
            head_start = end
        # Otherwise the brace initialised a member or a default argument; the head goes on after it.
