"""Pages of figures: each benchmark writes its own section of one, between marks, and leaves the others alone."""
import os
import re
import time

from bed import ROOT, machine

PERFORMANCE, RELIABILITY = ROOT / "docs" / "PERFORMANCE.md", ROOT / "docs" / "RELIABILITY.md"


def put(section, command, lines, page=PERFORMANCE):
    """Replaces the section's lines; `command` is what makes them anew."""
    text = page.read_text()
    begin, end = f"<!-- {section}: begin -->", f"<!-- {section}: end -->"
    body = [f"Made by `{command}` on {time.strftime('%Y-%m-%d')}; {machine()}, "
            f"load average {os.getloadavg()[0]:.1f}.", "", *lines]
    mended, count = re.subn(re.escape(begin) + r"\n.*?" + re.escape(end), lambda _: "\n".join([begin, *body, end]), text,
                            flags=re.S)
    if count != 1:
        raise SystemExit(f"{page} has no section {section}")
    page.write_text(mended)
    print("\n".join(lines))


def table(head, rows):
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head),
            *("| " + " | ".join(map(str, row)) + " |" for row in rows)]
