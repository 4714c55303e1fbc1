"""npm packages that only tests need, each in a folder of its own under build/."""
import pathlib
import subprocess

import harness

FOLDER = harness.ROOT / "build" / "peers-npm"
# The benchmarks stand beside the older of the two media servers.
PACKAGES = {"werift": ["werift@0.24.4"], "node-media-server": ["node-media-server@2.7.4"],
            "node-media-server-4": ["node-media-server@4.4.3"]}
INSTALL_S = 240


def folder(name: str) -> pathlib.Path:
    """Where that package can be required from; the test is skipped when it cannot be installed."""
    harness.need("node", "npm")
    home = FOLDER / name
    if (home / "installed").exists():
        return home
    home.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(["npm", "install", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel", "error", "--prefix", home,
                        *PACKAGES[name]], check=True, capture_output=True, timeout=INSTALL_S)
    except (subprocess.SubprocessError, OSError) as failure:
        detail = getattr(failure, "stderr", b"") or b""
        raise harness.Skip(f"{name} could not be installed: {failure} {detail.decode()[-200:]}") from None
    (home / "installed").touch()
    return home
