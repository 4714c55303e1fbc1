"""The DASH validator finds what is broken, and nothing in what is not."""
import struct

from dash_validator import check, check_change, check_segment, seconds

GOOD = """<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="dynamic"
 availabilityStartTime="2023-11-14T22:13:20.123Z" publishTime="2023-11-14T22:13:25.000Z" minimumUpdatePeriod="PT2S"
 timeShiftBufferDepth="PT14S" maxSegmentDuration="PT2.2S" minBufferTime="PT0.2S" suggestedPresentationDelay="PT2S">
 <ServiceDescription id="1"><Latency target="2000"/></ServiceDescription>
 <Period id="100" start="PT0.5S"><AdaptationSet contentType="video" mimeType="video/mp4">
  <ProducerReferenceTime id="1" wallClockTime="2023-11-14T22:13:20.523Z" presentationTime="5000000"/>
  <SegmentTemplate timescale="10000000" duration="20000000" startNumber="100" presentationTimeOffset="5000000"
   availabilityTimeOffset="1.784" availabilityTimeComplete="false" initialization="i" media="$Number$"/>
  <Representation id="video" codecs="avc1.640028" bandwidth="1000000" width="1920" height="1080"/>
 </AdaptationSet></Period>
 <UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-xsdate:2014" value="dash/time"/>
</MPD>"""


def test_a_good_manifest_has_no_problem():
    assert check(GOOD) == [], check(GOOD)
    assert check_change(GOOD, GOOD) == []
    assert seconds("PT1H2M3.5S") == 3723.5


def test_each_broken_rule_is_found():
    for old, new, what in [
            ('type="dynamic"', 'type="static"', "dynamic"),
            ('isoff-live', 'isoff-main', "profile"),
            ('availabilityStartTime="2023', 'availabilityStartTime="x', "availabilityStartTime"),
            ('minBufferTime="PT0.2S"', '', "minBufferTime"),
            ('<Latency target="2000"/>', '', "latency"),
            ('<UTCTiming', '<Other', "UTCTiming"),
            ('mimeType="video/mp4"', 'mimeType="text/html"', "mimeType"),
            ('codecs="avc1.640028"', '', "codecs"),
            ('width="1920"', '', "size"),
            ('duration="20000000"', 'duration="0"', "duration"),
            ('$Number$', 'x', "media"),
            ('availabilityTimeOffset="1.784"', 'availabilityTimeOffset="2.5"', "availabilityTimeOffset"),
            ('availabilityTimeComplete="false"', '', "availabilityTimeComplete"),
            ('<ProducerReferenceTime', '<Other', "ProducerReferenceTime"),
            ('</MPD>', '', "XML")]:
        assert old in GOOD
        assert any(what in problem for problem in check(GOOD.replace(old, new))), what


def test_changes_that_are_not_allowed_are_found():
    for old, new, what in [('20.123Z" publish', '21.123Z" publish', "availabilityStartTime"),
                           ('25.000Z', '24.000Z', "publishTime"),
                           ('start="PT0.5S"', 'start="PT0.6S"', "start"),
                           ('startNumber="100"', 'startNumber="101"', "template")]:
        assert old in GOOD
        assert any(what in problem for problem in check_change(GOOD, GOOD.replace(old, new))), what


def box(kind: str, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I4s", 8 + len(body), kind.encode()) + body


def fragment(ticks: int) -> bytes:
    return box("moof", box("traf", box("tfdt", b"\1\0\0\0", struct.pack(">Q", ticks)))) + box("mdat", b"x")


def test_segments_begin_where_they_should():
    good = box("prft", b"") + fragment(900_000) + fragment(918_000)
    assert check_segment(good, 90_000, 10.0, 2.0) == []
    assert check_segment(good, 90_000, 10.9, 2.0) == []
    assert "from where it should" in check_segment(good, 90_000, 11.1, 2.0)[0]
    assert check_segment(good[8:], 90_000, 10.0, 2.0) == ["no prft before the first fragment"]
    assert "follow" in check_segment(box("prft", b"") + fragment(918_000) + fragment(900_000), 90_000, 10.2, 2.0)[0]
    assert check_segment(b"", 90_000, 10.0, 2.0) == ["no fragment"]
