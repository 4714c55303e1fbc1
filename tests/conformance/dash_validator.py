#!/usr/bin/env python3
"""Checks a live DASH presentation against the rules of ISO 23009-1 and low-latency DASH: dash_validator.py URL [--seconds N]

`check(text)` returns the broken rules of one manifest, `check_change(old, new)` those of an update, `check_segment(...)`
those of one segment. From the command line the presentation at URL is followed for N seconds.
"""
import argparse
import datetime
import re
import struct
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml

NAMESPACE = "{urn:mpeg:dash:schema:mpd:2011}"
LIVE_PROFILE = "urn:mpeg:dash:profile:isoff-live:2011"


def seconds(text: str) -> float:
    """Of an xs:duration of hours, minutes and seconds."""
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?", text or "")
    if not found or not any(found.groups()):
        raise ValueError(f"not a duration: {text!r}")
    hours, minutes, rest = (float(group or 0) for group in found.groups())
    return hours * 3600 + minutes * 60 + rest


def instant(text: str) -> float:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def all_of(element, *path):
    return element.findall("/".join(NAMESPACE + name for name in path))


def check(text: str) -> list[str]:
    """The broken rules of one manifest."""
    try:
        mpd = xml.fromstring(text)
    except xml.ParseError as error:
        return [f"not XML: {error}"]
    problems = []

    def need(condition, problem):
        if not condition:
            problems.append(problem)
    need(mpd.tag == NAMESPACE + "MPD", "the root is not MPD")
    need(LIVE_PROFILE in mpd.get("profiles", ""), "the live profile is not named")
    need(mpd.get("type") == "dynamic", "type is not dynamic")
    for name in ("availabilityStartTime", "publishTime"):  # [5.3.1.2]: mandatory when dynamic
        try:
            instant(mpd.get(name, ""))
        except ValueError:
            problems.append(f"{name} is no time: {mpd.get(name)!r}")
    for name in ("minBufferTime", "minimumUpdatePeriod", "timeShiftBufferDepth", "suggestedPresentationDelay", "maxSegmentDuration"):
        try:
            seconds(mpd.get(name, ""))
        except ValueError as error:
            problems.append(f"{name}: {error}")
    need(all_of(mpd, "UTCTiming"), "no UTCTiming")
    latency = all_of(mpd, "ServiceDescription", "Latency")
    need(latency and int(latency[0].get("target", 0)) > 0, "no target latency")
    periods = all_of(mpd, "Period")
    need(periods, "no Period")
    starts = [seconds(period.get("start", "PT0S")) for period in periods]
    need(starts == sorted(set(starts)), f"periods do not follow one another: {starts}")
    need(len({period.get("id") for period in periods}) == len(periods), "periods share an id")
    for period in periods:
        problems += check_period(period)
    return problems


def check_period(period) -> list[str]:
    problems = []
    where = f"period {period.get('id')}"
    sets = all_of(period, "AdaptationSet")
    if not sets:
        problems.append(f"{where}: no AdaptationSet")
    for chosen in sets:
        kind = chosen.get("contentType")
        name = f"{where}, {kind}"
        representations = all_of(chosen, "Representation")
        if chosen.get("mimeType") != f"{kind}/mp4":
            problems.append(f"{name}: mimeType {chosen.get('mimeType')}")
        for one in representations:
            for attribute in ("id", "codecs", "bandwidth"):
                if not one.get(attribute):
                    problems.append(f"{name}: no {attribute}")
            if kind == "video" and not (one.get("width") and one.get("height")):
                problems.append(f"{name}: no size")
        if not representations:
            problems.append(f"{name}: no Representation")
        templates = all_of(chosen, "SegmentTemplate")
        if len(templates) != 1:
            problems.append(f"{name}: {len(templates)} SegmentTemplate")
            continue
        problems += [f"{name}: {problem}" for problem in check_template(templates[0])]
        if not all_of(chosen, "ProducerReferenceTime"):
            problems.append(f"{name}: no ProducerReferenceTime")
    return problems


def check_template(template) -> list[str]:
    problems = []
    length = int(template.get("duration", 0)) / int(template.get("timescale", 1))
    if length <= 0:
        problems.append("no duration")
    if "$Number" not in template.get("media", "") or not template.get("initialization"):
        problems.append("media or initialization is missing")
    early = float(template.get("availabilityTimeOffset", 0))
    if not 0 < early < length:
        problems.append(f"availabilityTimeOffset {early} of {length} s")
    if template.get("availabilityTimeComplete") != "false":
        problems.append("availabilityTimeComplete is not false though segments are offered early")  # [5.3.9.5]
    return problems


def check_change(old: str, new: str) -> list[str]:
    """What an update may not change [ISO 23009-1 5.4.1]."""
    before, after = xml.fromstring(old), xml.fromstring(new)
    problems = []
    if before.get("availabilityStartTime") != after.get("availabilityStartTime"):
        problems.append("availabilityStartTime changed")
    if instant(after.get("publishTime")) < instant(before.get("publishTime")):
        problems.append("publishTime went back")
    periods = {period.get("id"): period for period in all_of(before, "Period")}
    for period in all_of(after, "Period"):
        known = periods.get(period.get("id"))
        if known is None:
            continue
        if known.get("start") != period.get("start"):
            problems.append(f"period {period.get('id')}: start changed")
        for one, other in zip(all_of(known, "AdaptationSet", "SegmentTemplate"), all_of(period, "AdaptationSet", "SegmentTemplate")):
            if one.attrib != other.attrib:
                problems.append(f"period {period.get('id')}: the template changed: {one.attrib} -> {other.attrib}")
    return problems


def boxes(data: bytes):
    """(type, body) of the boxes of a file."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8 or at + size > len(data):
            raise ValueError(f"a broken {kind} box at {at}")
        yield kind.decode("latin-1"), data[at + 8:at + size]
        at += size
    if at != len(data):
        raise ValueError("bytes behind the last box")


def find(data: bytes, *path: str):
    for kind, body in boxes(data):
        if kind == path[0]:
            return body if len(path) == 1 else find(body, *path[1:])
    return None


def timescale_of(init: bytes) -> int:
    header = find(init, "moov", "trak", "mdia", "mdhd")
    return struct.unpack_from(">I", header, 20 if header[0] == 1 else 12)[0]


def check_segment(data: bytes, timescale: int, nominal: float, length: float) -> list[str]:
    """`nominal`: when it should begin on the media timeline; it may be half its length off [5.3.9.5.3]."""
    problems, times = [], []
    kinds = [kind for kind, _ in boxes(data)]
    if "moof" not in kinds:
        return ["no fragment"]
    if "prft" not in kinds[:kinds.index("moof")]:
        problems.append("no prft before the first fragment")
    for kind, body in boxes(data):
        if kind == "moof":
            times.append(struct.unpack_from(">Q", find(body, "traf", "tfdt"), 4)[0] / timescale)
    if times != sorted(times):
        problems.append(f"fragments do not follow one another: {times}")
    if abs(times[0] - nominal) > length / 2:
        problems.append(f"begins at {times[0]:.3f}, {times[0] - nominal:+.3f} s from where it should")
    return problems


def fetch(url: str, timeout: float = 15) -> bytes:
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read()


class Track:
    """One representation of the newest period, as a player computes with it."""

    def __init__(self, url: str, text: str, which: int):
        mpd = xml.fromstring(text)
        period = all_of(mpd, "Period")[-1]
        chosen = all_of(period, "AdaptationSet")[which]
        self.template = all_of(chosen, "SegmentTemplate")[0]
        self.id = all_of(chosen, "Representation")[0].get("id")
        self.url = url
        self.start = instant(mpd.get("availabilityStartTime")) + seconds(period.get("start"))
        scale = int(self.template.get("timescale"))
        self.length = int(self.template.get("duration")) / scale
        self.offset = int(self.template.get("presentationTimeOffset")) / scale
        self.first = int(self.template.get("startNumber"))
        self.early = float(self.template.get("availabilityTimeOffset"))
        self.scale = timescale_of(fetch(self._address(self.template.get("initialization"), 0)))

    def _address(self, pattern: str, number: int) -> str:
        return urllib.parse.urljoin(self.url, pattern.replace("$RepresentationID$", self.id).replace("$Number$", str(number)))

    def newest_available(self) -> int:
        """The number of the newest segment whose availability time has come."""
        return self.first + int((time.time() + self.early - self.start) / self.length) - 1

    def fetch(self, number: int) -> bytes:
        return fetch(self._address(self.template.get("media"), number))

    def check(self, number: int) -> list[str]:
        nominal = self.offset + (number - self.first) * self.length
        try:
            found = check_segment(self.fetch(number), self.scale, nominal, self.length)
        except (urllib.error.HTTPError, ValueError) as error:
            found = [str(error)]
        return [f"{self.id} {number}: {problem}" for problem in found]


def follow(url: str, for_s: float) -> list[str]:
    text = fetch(url).decode()
    problems = check(text)
    if problems:
        return problems
    tracks = [Track(url, text, which) for which in range(len(all_of(all_of(xml.fromstring(text), "Period")[-1], "AdaptationSet")))]
    end = time.monotonic() + for_s
    number = max(tracks[0].newest_available() - 1, tracks[0].first)
    while time.monotonic() < end and not problems:
        # The newest is fetched while it is made; the answer ends with it.
        for track in tracks:
            problems += track.check(number)
        begun = time.monotonic()
        newer = fetch(url).decode()
        problems += check(newer) + check_change(text, newer)
        text, number = newer, number + 1
        if time.monotonic() - begun > 2:
            problems.append("a manifest took longer than its update period")
    first, again = tracks[0].fetch(number - 1), tracks[0].fetch(number - 1)
    if first != again:
        problems.append(f"segment {number - 1} is not the same twice")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    problems = follow(options.url, options.seconds)
    print("\n".join(problems) or "no broken rules")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
