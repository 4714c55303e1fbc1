"""Players of others, each with what proves that it plays."""
from harness import peer, run, vlc, wait_for


def ffmpeg_plays(address: str) -> None:
    """Pictures and sound, for four seconds."""
    shown = run("ffmpeg", "-v", "error", "-i", address, "-t", "4", "-f", "framecrc", "-", timeout=40)
    lines = [line for line in shown.splitlines() if line and not line.startswith("#")]
    assert sum(line.startswith("0,") for line in lines) >= 75, shown[-2000:]
    assert sum(line.startswith("1,") for line in lines) >= 100, shown[-2000:]


def mpv_plays(address: str) -> None:
    run("mpv", "--no-config", "--vo=null", "--ao=null", "--length=3", address, timeout=40)


def vlc_plays(address: str, seconds: int = 4) -> str:
    """What VLC says of it."""
    player = vlc(f"--run-time={seconds}", address)
    wait_for(lambda: "Received first picture" in player.output, 30, "VLC's first picture")
    assert player.wait(30) == 0, player.output[-2000:]
    return player.output


def gstreamer_plays(address: str) -> None:
    """Pictures and sound."""
    player = peer("gst-launch-1.0", "-v", "playbin", f"uri={address}", "video-sink=fakesink silent=false name=pictures",
                  "audio-sink=fakesink silent=false name=sounds", timeout=60)

    def played(sink):
        return sum(f"{sink}: last-message = chain" in line for line in list(player.lines))
    wait_for(lambda: played("pictures") >= 50 and played("sounds") >= 50, 40, "fifty pictures and fifty pieces of sound")


def gstreamer_decodes_hls(address: str, demuxer: str) -> None:
    """The pictures of HLS, whose segments are of that demuxer."""
    player = peer("gst-launch-1.0", "-v", "souphttpsrc", f"location={address}", "!", "hlsdemux", "!", demuxer, "!", "h264parse", "!",
                  "avdec_h264", "!", "fakesink", "silent=false", timeout=60)
    wait_for(lambda: player.output.count("chain") >= 50, 30, "fifty decoded pictures")
