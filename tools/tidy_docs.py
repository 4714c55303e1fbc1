"""Links of the Markdown pages lead somewhere: files exist, anchors name a heading."""
import pathlib
import re

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
HEADING = re.compile(r"^#+\s+(.*?)\s*$", re.MULTILINE)


def anchor_of(heading: str) -> str:
    """The anchor that forges give a heading."""
    kept = re.sub(r"[^\w\s-]", "", heading.lower())
    return re.sub(r"\s", "-", kept.strip())


def prose(text: str) -> str:
    """The text with code blanked; lines keep their numbers."""
    text = FENCE.sub(lambda match: "\n" * match.group().count("\n"), text)
    return CODE.sub("", text)


def refusal(root: pathlib.Path, page: str, target: str):
    if re.match(r"[a-z]+:", target):
        return None  # other sites are theirs to keep
    file_part, _, anchor = target.partition("#")
    destination = (root / page).parent / file_part if file_part else root / page
    if not destination.exists():
        return "no such file"
    if anchor and destination.suffix == ".md":
        headings = {anchor_of(h) for h in HEADING.findall(prose(destination.read_text(encoding="utf-8")))}
        if anchor not in headings:
            return "no such heading"
    return None


def check(root: pathlib.Path, tracked: list[str]) -> list[str]:
    findings = []
    for page in tracked:
        if not page.endswith(".md"):
            continue
        text = prose((root / page).read_text(encoding="utf-8"))
        for match in LINK.finditer(text):
            reason = refusal(root, page, match.group(1))
            if reason:
                line = text.count("\n", 0, match.start()) + 1
                findings.append(f"{page}:{line}: link {match.group(1)}: {reason}")
    return findings
