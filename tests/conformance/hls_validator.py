#!/usr/bin/env python3
"""Checks HLS playlists against the rules of RFC 8216bis: hls_validator.py URL [--seconds N]

`check_media(text)` and `check_multivariant(text)` return the broken rules of one playlist, `check_change(old, new)`
those of a reload. From the command line the multivariant playlist at URL is followed for N seconds by blocking reloads.
"""
import argparse
import dataclasses
import math
import re
import sys
import time
import urllib.parse
import urllib.request

SLACK_S = 0.001  # decimal rounding


@dataclasses.dataclass
class Segment:
    uri: str = ""
    duration: float = 0.0
    parts: list = dataclasses.field(default_factory=list)
    discontinuity: bool = False
    date: str = ""


@dataclasses.dataclass
class Media:
    version: int = 1
    target: int = 0
    sequence: int = 0
    discontinuity_sequence: int = 0
    part_target: float = 0.0
    control: dict = dataclasses.field(default_factory=dict)
    segments: list = dataclasses.field(default_factory=list)
    open_parts: list = dataclasses.field(default_factory=list)
    maps: list = dataclasses.field(default_factory=list)
    hint: str = ""
    reports: list = dataclasses.field(default_factory=list)
    skipped: int = 0


def attributes(text: str) -> dict:
    return {key: value.strip('"') for key, value in re.findall(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)', text)}


def parse_media(text: str) -> Media:
    media, segment = Media(), Segment()
    for line in text.splitlines():
        tag, _, value = line.partition(":")
        if tag == "#EXT-X-VERSION":
            media.version = int(value)
        elif tag == "#EXT-X-TARGETDURATION":
            media.target = int(value)
        elif tag == "#EXT-X-MEDIA-SEQUENCE":
            media.sequence = int(value)
        elif tag == "#EXT-X-DISCONTINUITY-SEQUENCE":
            media.discontinuity_sequence = int(value)
        elif tag == "#EXT-X-PART-INF":
            media.part_target = float(attributes(value)["PART-TARGET"])
        elif tag == "#EXT-X-SERVER-CONTROL":
            media.control = attributes(value)
        elif tag == "#EXT-X-SKIP":
            media.skipped = int(attributes(value)["SKIPPED-SEGMENTS"])
        elif tag == "#EXT-X-MAP":
            media.maps.append(attributes(value)["URI"])
        elif tag == "#EXT-X-PART":
            segment.parts.append(attributes(value))
        elif tag == "#EXT-X-DISCONTINUITY":
            segment.discontinuity = True
        elif tag == "#EXT-X-PROGRAM-DATE-TIME":
            segment.date = value
        elif tag == "#EXT-X-PRELOAD-HINT":
            media.hint = attributes(value)["URI"]
        elif tag == "#EXT-X-RENDITION-REPORT":
            media.reports.append(attributes(value))
        elif tag == "#EXTINF":
            segment.duration = float(value.split(",")[0])
        elif line and not line.startswith("#"):
            segment.uri = line
            media.segments.append(segment)
            segment = Segment()
    media.open_parts = segment.parts
    return media


def _check_parts(media: Media, parts: list, whole: bool, where: str) -> list:
    problems = []
    for index, part in enumerate(parts):
        duration = float(part["DURATION"])
        if duration > media.part_target + SLACK_S:
            problems.append(f"4.4.4.9: part {part['URI']} of {duration} s is longer than PART-TARGET {media.part_target}")
        last = whole and index == len(parts) - 1
        if not last and duration < 0.85 * media.part_target - SLACK_S:
            problems.append(f"4.4.4.9: part {part['URI']} of {duration} s is shorter than 85 % of PART-TARGET in {where}")
    return problems


def _check_head(text: str, media: Media) -> list:
    problems = []
    if not text.startswith("#EXTM3U\n"):
        problems.append("4.4.1.1: the first line is not #EXTM3U")
    if media.target <= 0:
        problems.append("4.4.3.1: no EXT-X-TARGETDURATION")
    if media.version < 6 or (media.skipped and media.version < 9):
        problems.append(f"8: EXT-X-VERSION {media.version} is too low")
    if not media.maps and not media.skipped:
        problems.append("4.4.4.5: fragments without EXT-X-MAP")
    if media.part_target:
        hold = float(media.control.get("PART-HOLD-BACK", 0))
        if hold < 2 * media.part_target:
            problems.append(f"4.4.3.8: PART-HOLD-BACK {hold} is below twice PART-TARGET")
    if "CAN-SKIP-UNTIL" in media.control and float(media.control["CAN-SKIP-UNTIL"]) < 6 * media.target:
        problems.append("4.4.3.8: CAN-SKIP-UNTIL is below six target durations")
    if "HOLD-BACK" in media.control and float(media.control["HOLD-BACK"]) < 3 * media.target:
        problems.append("4.4.3.8: HOLD-BACK is below three target durations")
    if media.control.get("CAN-BLOCK-RELOAD") == "YES" and media.part_target and not media.hint:
        problems.append("B.1: no EXT-X-PRELOAD-HINT")
    return problems


def check_media(text: str) -> list:
    """The broken rules, each with its clause; empty when there are none."""
    media = parse_media(text)
    problems = _check_head(text, media)
    for segment in media.segments:
        if math.floor(segment.duration + 0.5) > media.target:
            problems.append(f"4.4.3.1: {segment.uri} of {segment.duration} s is longer than the target duration")
        problems += _check_parts(media, segment.parts, True, segment.uri)
        total = sum(float(part["DURATION"]) for part in segment.parts)
        if segment.parts and abs(total - segment.duration) > 0.001 * len(segment.parts):
            problems.append(f"4.4.4.9: the parts of {segment.uri} make {total} s, not {segment.duration}")
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", segment.date):
            problems.append(f"4.4.4.6: {segment.uri} has no good EXT-X-PROGRAM-DATE-TIME")
    problems += _check_parts(media, media.open_parts, False, "the open segment")
    if len({segment.uri for segment in media.segments}) != len(media.segments):
        problems.append("6.2.1: a segment is listed twice")
    return problems


def check_change(old_text: str, new_text: str) -> list:
    """Rules about a playlist and its next version."""
    old, new = parse_media(old_text), parse_media(new_text)
    problems = []
    if new.target != old.target:
        problems.append("4.4.3.1: EXT-X-TARGETDURATION changed")
    if new.part_target != old.part_target:
        problems.append("4.4.3.7: PART-TARGET changed")
    if new.sequence < old.sequence:
        problems.append("6.2.2: EXT-X-MEDIA-SEQUENCE went back")
    removed = old.segments[: max(0, new.sequence - old.sequence)]
    gone = sum(1 for segment in removed if segment.discontinuity)
    if new.discontinuity_sequence != old.discontinuity_sequence + gone:
        problems.append("6.2.2: EXT-X-DISCONTINUITY-SEQUENCE does not count what was removed")
    kept = old.segments[max(0, new.sequence - old.sequence):]
    for before, after in zip(kept, new.segments[: len(kept)]):
        if (before.uri, before.duration) != (after.uri, after.duration):
            problems.append(f"6.2.1: {before.uri} changed")
    if removed and sum(segment.duration for segment in new.segments) < 3 * new.target - SLACK_S:
        problems.append("6.2.2: a segment was removed though less than three target durations are left")
    return problems


def check_multivariant(text: str) -> list:
    problems, groups, used = [], set(), set()
    lines = text.splitlines()
    if not lines or lines[0] != "#EXTM3U":
        problems.append("4.4.1.1: the first line is not #EXTM3U")
    variants = 0
    for line, following in zip(lines, lines[1:] + [""]):
        tag, _, value = line.partition(":")
        if tag == "#EXT-X-MEDIA":
            groups.add(attributes(value)["GROUP-ID"])
        if tag != "#EXT-X-STREAM-INF":
            continue
        variants += 1
        facts = attributes(value)
        if int(facts.get("BANDWIDTH", 0)) <= 0:
            problems.append("4.4.6.2: no BANDWIDTH")
        if not facts.get("CODECS"):
            problems.append("4.4.6.2: no CODECS")
        if "AUDIO" in facts:
            used.add(facts["AUDIO"])
        if not following or following.startswith("#"):
            problems.append("4.4.6.2: EXT-X-STREAM-INF without a URI line")
    if variants == 0:
        problems.append("4.4.6.2: no variant")
    return problems + [f"4.4.6.2.1: AUDIO group {name} is not there" for name in used - groups]


def media_uris(text: str) -> list:
    renditions = re.findall(r'#EXT-X-MEDIA:.*URI="([^"]+)"', text)
    return [line for line in text.splitlines() if line and not line.startswith("#")] + renditions


def _fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read()


def follow(url: str, seconds: float) -> list:
    """Follows one media playlist by blocking reloads and fetches each hinted part."""
    text = _fetch(url).decode()
    problems = check_media(text)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        media = parse_media(text)
        number = media.sequence + len(media.segments)
        newer = _fetch(f"{url}?_HLS_msn={number}&_HLS_part={len(media.open_parts)}").decode()
        problems += check_media(newer) + check_change(text, newer)
        parts = parse_media(newer)
        newest = (parts.open_parts or parts.segments[-1].parts)[-1]["URI"]
        if b"moof" not in _fetch(urllib.parse.urljoin(url, newest))[:64]:
            problems.append(f"{newest} is not a fragment")
        text = newer
    for uri in parse_media(text).maps:
        if b"ftyp" not in _fetch(urllib.parse.urljoin(url, uri))[:16]:
            problems.append(f"{uri} is not an init segment")
    return problems


def validate(url: str, seconds: float = 6) -> list:
    """The broken rules of a live stream."""
    index = _fetch(url).decode()
    problems = check_multivariant(index)
    for uri in media_uris(index):
        problems += [f"{uri}: {problem}" for problem in follow(urllib.parse.urljoin(url, uri), seconds)]
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=6)
    options = parser.parse_args()
    problems = validate(options.url, options.seconds)
    for problem in problems:
        print(problem)
    print("valid" if not problems else f"{len(problems)} broken rules")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
