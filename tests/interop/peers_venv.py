"""Python packages that only tests need, in an environment of their own under build/."""
import pathlib
import subprocess
import sys

import harness

FOLDER = harness.ROOT / "build" / "peers-venv"
PACKAGES = {"aiortc": ["aiortc==1.16.0", "av==18.1.0"]}
INSTALL_S = 240


def python(name: str) -> pathlib.Path:
    """The interpreter of an environment with that peer; the test is skipped when it cannot be installed."""
    program = FOLDER / name / "bin" / "python"
    if (FOLDER / name / "installed").exists():
        return program
    try:
        subprocess.run([sys.executable, "-m", "venv", FOLDER / name], check=True, capture_output=True, timeout=60)
        subprocess.run([program, "-m", "pip", "install", "-q", "--only-binary", ":all:", *PACKAGES[name]], check=True,
                       capture_output=True, timeout=INSTALL_S)
    except (subprocess.SubprocessError, OSError) as failure:
        detail = getattr(failure, "stderr", b"") or b""
        raise harness.Skip(f"{name} could not be installed: {failure} {detail.decode()[-200:]}") from None
    (FOLDER / name / "installed").touch()
    return program
