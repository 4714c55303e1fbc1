"""What DJI aircraft and controllers do to RTMP: each quirk is sent byte by byte, counted, and played over HLS."""
import functools
import pathlib
import re
import tempfile

import harness
from harness import ROOT, Server, Skip, run, wait_for
from raw_rtmp import AUDIO, SCRIPT, VIDEO, Flight, Tag, amf0, read_flv

FOOTAGE = ROOT.parent / "shared" / "media" / "drone-crossing.mp4"
NAME = "live/dji"
INDEX = f"/{NAME}/index.m3u8"
FRAMES = 50
FRAME_MS = 40
TURNS = 10  # of the footage, 7 s each
AVC_HEADER_BYTES = 5
SEI_UUID = bytes(range(0x40, 0x50))
SEI = b"\x06\x05\x14" + SEI_UUID + b"\x31\x32\x33\x34\x80"  # user data unregistered, as DJI sends
EMPTY_VIDEO = bytes.fromhex("270100000000000000")
AGORA = amf0("onMetaData") + amf0({"metadatacreator": "Agora.io SDK", "encoder": "Agora.io Encoder"})


def made(*arguments, suffix: str) -> bytes:
    """The file that ffmpeg makes of the footage."""
    if not FOOTAGE.exists():
        raise Skip("the drone footage is not there")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / f"made{suffix}"
        run("ffmpeg", "-v", "error", "-i", FOOTAGE, *arguments, file)
        return file.read_bytes()


@functools.cache
def one_turn() -> tuple:
    """The footage once as FLV tags: two slices in each picture, a keyframe each second, mono AAC."""
    return tuple(read_flv(made("-f", "lavfi", "-i", "sine=sample_rate=44100", "-shortest", "-vf", "scale=640:360", "-r", "25",
                               "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25", "-x264-params",
                               "sliced-threads=0:slices=2", "-c:a", "aac", "-ac", "1", suffix=".flv")))


def is_header(tag: Tag) -> bool:
    return tag.kind in (AUDIO, VIDEO) and tag.body[1:2] == b"\x00"


def flight(audio: bool = False) -> list:
    """Sequence headers, the audio's first, then the footage several times over. No onMetaData."""
    tags = [tag for tag in one_turn() if tag.kind == VIDEO or (audio and tag.kind == AUDIO)]
    headers = sorted((tag._replace(time=0) for tag in tags if is_header(tag)), key=lambda tag: tag.kind)
    media = [tag for tag in tags if not is_header(tag) and tag.body[:2] != b"\x17\x02" and tag.body[:2] != b"\x27\x02"]
    turn = FRAME_MS * sum(tag.kind == VIDEO for tag in media)
    return headers + [tag._replace(time=tag.time + n * turn) for n in range(TURNS) for tag in media if tag.time < turn]


def picture(tag: Tag) -> bool:
    return tag.kind == VIDEO and not is_header(tag)


def nal_units(tag: Tag) -> list:
    """The NAL units of a video tag, each with its length before it."""
    units, at = [], AVC_HEADER_BYTES
    while at < len(tag.body):
        size = 4 + int.from_bytes(tag.body[at:at + 4], "big")
        units.append(tag.body[at:at + size])
        at += size
    return units


def plays(tags, settings=None) -> Server:
    """Publishes the tags and decodes them with ffmpeg from HLS; the server, the flight goes on."""
    server = Server(settings)
    publisher = Flight(server.rtmp_port, NAME, tags)
    harness.end_with_test(publisher)
    server.wait_live(NAME, 15)
    wait_for(lambda: server.get(INDEX, timeout=15)[0] == 200, 20, "the multivariant playlist")
    shown = run("ffmpeg", "-nostdin", "-v", "error", "-i", server.http(INDEX), "-map", "0:v", "-frames:v", FRAMES, "-f",
                "framecrc", "-", timeout=40)
    lines = [line for line in shown.splitlines() if not line.startswith("#")]
    assert len(lines) == FRAMES and all(line.startswith("0,") for line in lines), shown[-3000:]
    assert publisher.failure is None, publisher.failure
    return server


def counted(server: Server, name: str, group: str = "quirks", least: int = 1) -> None:
    """The stream's counter rises to `least` within a while."""
    wait_for(lambda: server.stream(NAME)[group].get(name, 0) >= least, 15, f"{group}.{name} of {server.stream(NAME)}")


def test_no_metadata_and_audio_configuration_first():
    server = plays(flight(audio=True))
    assert {track["codec"] for track in server.stream(NAME)["tracks"]} == {"h264", "aac"}
    counted(server, "wrong_sound_flags")  # the microphone is mono, the flag says stereo


def test_metadata_that_names_no_tracks():
    counted(plays([Tag(SCRIPT, 0, AGORA), *flight()]), "metadata_without_tracks")


def test_empty_video_tags():
    tags = [each for tag in flight() for each in (Tag(VIDEO, tag.time, EMPTY_VIDEO), tag)]
    counted(plays(tags), "empty_tags", least=FRAMES)


def test_repeated_sequence_headers_and_announced_audio_that_never_comes():
    announced = amf0("onMetaData") + amf0({"width": 640, "height": 360, "videocodecid": 7, "audiocodecid": 10})
    tags = flight()
    again = [each for tag in tags for each in ((tags[0]._replace(time=tag.time), tag) if tag.body[0] == 0x17 else (tag,))]
    server = plays([Tag(SCRIPT, 0, announced), *again])
    counted(server, "duplicate_sequence_headers", least=2)
    counted(server, "announced_audio_missing")


def split(tag: Tag, groups: list) -> list:
    return [tag._replace(body=tag.body[:AVC_HEADER_BYTES] + group) for group in groups]


def sei_flight() -> list:
    """Each picture as two tags: SEI alone, then the slices."""
    sei = len(SEI).to_bytes(4, "big") + SEI
    return [each for tag in flight()
            for each in (split(tag, [sei, tag.body[AVC_HEADER_BYTES:]]) if picture(tag) else [tag])]


def segments(server: Server) -> list:
    """The media segments that the playlist names."""
    playlist = server.get(f"/{NAME}/hls/video.m3u8")[2].decode()
    uris = re.findall(r"^[^#\n]+\.m4s$", playlist, re.MULTILINE)
    assert uris, playlist
    return [server.get(f"/{NAME}/hls/{uri}")[2] for uri in uris]


def test_sei_in_a_tag_of_its_own():
    server = plays(sei_flight())
    counted(server, "joined_pictures", least=FRAMES)
    assert not any(SEI_UUID in segment for segment in segments(server)), "browsers freeze at DJI's SEI"


def test_sei_passes_when_asked_for():
    server = plays(sei_flight(), {"hls.keep_sei": True})
    assert all(SEI_UUID in segment for segment in segments(server))


def test_slices_in_tags_of_their_own():
    tags = [each for tag in flight() for each in (split(tag, nal_units(tag)) if picture(tag) else [tag])]
    server = plays(tags)
    counted(server, "joined_pictures", least=FRAMES)
    assert server.stream(NAME)["quirks"]["pictures_broken_by_split"] <= 1


def test_unknown_codecs_between_good_tags():
    codec_15, random_fourcc = b"\x1f\x01\x00\x00\x00garbage", b"\x91\xde\xad\xbe\xefgarbage"
    tags = [each for tag in flight() for each in (Tag(VIDEO, tag.time, codec_15), Tag(VIDEO, tag.time, random_fourcc), tag)]
    counted(plays(tags), "unknown_codec_tags", least=FRAMES)


def test_times_that_go_back():
    tags = flight()
    bent = [tag._replace(time=max(0, tag.time - 60)) if picture(tag) and n % 10 == 0 else tag for n, tag in enumerate(tags)]
    counted(plays(bent), "non_monotonic", group="repairs", least=3)


def test_credentials_as_arguments():
    server = Server()
    harness.end_with_test(Flight(server.rtmp_port, f"{NAME}?user=pilot&pass=secret", flight()))
    server.wait_live(NAME)


def test_a_weak_link_shows_its_backlog():
    server = Server()
    publisher = Flight(server.rtmp_port, NAME, flight())
    harness.end_with_test(publisher)
    server.wait_live(NAME)

    def backlog():
        return server.stream(NAME)["publisher"]["backlog_ms"]
    publisher.delay_s = 2.0  # the link stalls, and everything comes late from then on
    wait_for(lambda: backlog() >= 1500, 15, "the backlog")
    publisher.delay_s = 0.0  # a burst makes up for it
    wait_for(lambda: backlog() < 500, 15, "the end of the backlog")


@functools.cache
def h265() -> tuple:
    """The footage as H.265: its configuration record, and (key, length-prefixed NAL units) of each picture."""
    encode = ["-vf", "scale=640:360", "-r", "25", "-an", "-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1",
              "-x265-params", "log-level=error:bframes=0:keyint=25:min-keyint=25:scenecut=0"]
    file = made(*encode, suffix=".mp4")
    at = file.index(b"hvcC")
    record = file[at + 4:at - 4 + int.from_bytes(file[at - 4:at], "big")]
    pictures = []
    for unit in re.split(rb"\x00\x00\x00?\x01", made(*encode, suffix=".hevc"))[1:]:
        kind = unit[0] >> 1 & 0x3F
        if kind >= 32:  # no slice
            continue
        if unit[2] & 0x80:  # first_slice_segment_in_pic_flag
            pictures.append([16 <= kind <= 23, b""])
        pictures[-1][1] += len(unit).to_bytes(4, "big") + unit
    return record, tuple((key, units) for key, units in pictures)


def h265_flight(header: bytes, frame) -> list:
    """Tags of a start `header` before the record and `frame(key)` before each picture."""
    record, pictures = h265()
    return [Tag(VIDEO, 0, header + record)] + [Tag(VIDEO, n * FRAME_MS, frame(key) + units)
                                              for n, (key, units) in enumerate(pictures * TURNS)]


def test_h265_as_codec_12():
    server = plays(h265_flight(b"\x1c\x00\x00\x00\x00", lambda key: bytes([0x1C if key else 0x2C, 1, 0, 0, 0])))
    assert server.stream(NAME)["tracks"][0]["codec"] == "h265"


def test_h265_as_enhanced_rtmp():
    server = plays(h265_flight(b"\x90hvc1", lambda key: bytes([0x93 if key else 0xA3]) + b"hvc1"))
    assert server.stream(NAME)["tracks"][0]["codec"] == "h265"
