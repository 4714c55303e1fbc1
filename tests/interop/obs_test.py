"""OBS Studio publishes: the real program under a virtual screen, with a profile and a scene of our own."""
import json
import pathlib
import shutil
import tempfile

from harness import Server, end_with_test, need, peer, wait_for
from rtmp_test import FRAMES_LEAST, frames_decoded

ALONE = True  # it measures time

GLOBAL = """[General]
FirstRun=true
Pre19Defaults=false
Pre21Defaults=false
Pre23Defaults=false
EnableAutoUpdates=false
"""
PROFILE = """[General]
Name=Eyas
[Output]
Mode=Simple
[SimpleOutput]
VBitrate=800
StreamEncoder=x264
ABitrate=128
UseAdvanced=true
Preset=ultrafast
[Video]
BaseCX=640
BaseCY=360
OutputCX=640
OutputCY=360
FPSType=0
FPSCommon=25
[Audio]
SampleRate=48000
"""
SCENE = {
    "name": "Eyas", "current_scene": "Scene", "current_program_scene": "Scene", "scene_order": [{"name": "Scene"}],
    "sources": [
        {"id": "color_source_v3", "versioned_id": "color_source_v3", "name": "Colour",
         "settings": {"color": 0xFF00FF00, "width": 640, "height": 360}},
        {"id": "scene", "name": "Scene", "settings": {"id_counter": 1, "items": [
            {"id": 1, "name": "Colour", "visible": True, "pos": {"x": 0.0, "y": 0.0}, "scale": {"x": 1.0, "y": 1.0}}]}},
    ],
}


class Home:
    """A home folder in which OBS finds everything set, so that it asks nothing."""

    def __init__(self, server: Server, key: str):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="eyas-obs-"))
        end_with_test(self)
        folder = self.path / ".config" / "obs-studio"
        profile = folder / "basic" / "profiles" / "Eyas"
        profile.mkdir(parents=True)
        (folder / "basic" / "scenes").mkdir()
        (folder / "global.ini").write_text(GLOBAL)
        (profile / "basic.ini").write_text(PROFILE)
        service = {"type": "rtmp_custom", "settings": {"server": server.rtmp("live"), "key": key, "use_auth": False}}
        (profile / "service.json").write_text(json.dumps(service))
        (folder / "basic" / "scenes" / "Eyas.json").write_text(json.dumps(SCENE))

    @property
    def environment(self) -> dict:
        return {"HOME": str(self.path), "XDG_CONFIG_HOME": str(self.path / ".config"), "LIBGL_ALWAYS_SOFTWARE": "1"}

    def kill(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def test_obs_publishes():
    need("obs", "xvfb-run")
    server = Server()
    home = Home(server, "alpha?user=pilot")
    obs = peer("xvfb-run", "-a", "-s", "-screen 0 1280x720x24", "obs", "--startstreaming", "--minimize-to-tray", "--multi",
               "--profile", "Eyas", "--collection", "Eyas", timeout=60, env=home.environment)
    facts = server.wait_live("live/alpha", 40)
    assert [track["codec"] for track in facts["tracks"]] == ["h264", "aac"], facts["tracks"]
    assert (facts["tracks"][0]["width"], facts["tracks"][0]["height"]) == (640, 360), facts["tracks"]
    assert frames_decoded(server.rtmp("live/alpha")) >= FRAMES_LEAST
    assert sum(facts["repairs"].values()) == 0, facts["repairs"]
    obs.kill()
    wait_for(lambda: server.stream("live/alpha")["state"] == "waiting", 10, "the end of the publisher")
