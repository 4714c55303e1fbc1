"""The validator itself: it finds nothing in a good playlist, and each rule that is broken."""
from hls_validator import check_change, check_media, check_multivariant

GOOD = """#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:1
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.620,CAN-SKIP-UNTIL=6.0
#EXT-X-PART-INF:PART-TARGET=0.540
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-DISCONTINUITY-SEQUENCE:2
#EXT-X-MAP:URI="video_1_init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:27.123Z
#EXT-X-PART:DURATION=0.50000,URI="video_7_0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.50000,URI="video_7_1.m4s"
#EXTINF:1.00000,
video_7.m4s
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="video_8_0.m4s"
"""


def test_a_good_playlist_has_no_problem():
    assert check_media(GOOD) == [], check_media(GOOD)
    assert check_change(GOOD, GOOD) == []


def test_each_broken_rule_is_found():
    for old, new, clause in [
        ("TARGETDURATION:1", "TARGETDURATION:0", "4.4.3.1"),
        ("EXTINF:1.00000", "EXTINF:1.60000", "4.4.3.1"),
        ("DURATION=0.50000,URI=\"video_7_1", "DURATION=0.60000,URI=\"video_7_1", "4.4.4.9"),
        ("DURATION=0.50000,URI=\"video_7_0", "DURATION=0.40000,URI=\"video_7_0", "4.4.4.9"),
        ("PART-HOLD-BACK=1.620", "PART-HOLD-BACK=1.000", "4.4.3.8"),
        ("CAN-SKIP-UNTIL=6.0", "CAN-SKIP-UNTIL=5.0", "4.4.3.8"),
        ("#EXT-X-MAP:URI=\"video_1_init.mp4\"\n", "", "4.4.4.5"),
        (":27.123Z", ":27Z", "4.4.4.6"),
        ("#EXT-X-PRELOAD-HINT", "#NOTHING", "B.1"),
    ]:
        assert old in GOOD, old
        problems = check_media(GOOD.replace(old, new))
        assert any(problem.startswith(clause) for problem in problems), (new, problems)


def test_changes_that_are_not_allowed_are_found():
    for old, new, clause in [("SEQUENCE:7", "SEQUENCE:6", "6.2.2"), ("TARGETDURATION:1", "TARGETDURATION:2", "4.4.3.1"),
                             ("DISCONTINUITY-SEQUENCE:2", "DISCONTINUITY-SEQUENCE:3", "6.2.2"),
                             ("video_7.m4s", "other.m4s", "6.2.1")]:
        problems = check_change(GOOD, GOOD.replace(old, new))
        assert any(problem.startswith(clause) for problem in problems), (new, problems)


def test_multivariant_rules():
    good = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"avc1\"\nvideo.m3u8\n"
    assert check_multivariant(good) == []
    assert check_multivariant(good.replace("BANDWIDTH=1,", ""))
    assert check_multivariant(good.replace("CODECS", "AUDIO=\"a\",CODECS"))
    assert check_multivariant("#EXTM3U\n")
