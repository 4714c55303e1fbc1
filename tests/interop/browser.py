"""Chromium in tests: pages whose functions a test calls. Needs the page's npm packages (make web)."""
import json
import os
import pathlib
import shutil
import subprocess
import threading

import harness

HERE = pathlib.Path(__file__).resolve().parent
WEB = harness.ROOT / "web"
OWN_NODE = harness.ROOT / "build" / "node" / "node_modules" / ".bin" / "node"
ANSWER_S = 40


class Browser:
    """A headless Chromium with a page of `server` that has the functions of `scripts`."""

    def __init__(self, server: harness.Server, *scripts):
        harness.need("chromium")
        if not (WEB / "node_modules" / "playwright-core").exists():
            raise harness.Skip("web/node_modules is not installed")
        node = str(OWN_NODE) if OWN_NODE.exists() else "node"
        self._child = subprocess.Popen([node, HERE / "browser.mjs", WEB, shutil.which("chromium"), *(HERE / script for script in scripts)],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       text=True, start_new_session=True)
        self._complaints = []
        threading.Thread(target=lambda: self._complaints.extend(self._child.stderr), daemon=True).start()
        harness.end_with_test(self)
        self._ask({"open": server.http("/healthz")})

    def run(self, function: str, *arguments):
        """What the page's function gives, awaited."""
        return self._ask({"run": function, "arguments": list(arguments)})

    def _ask(self, command):
        guard = threading.Timer(ANSWER_S, self.kill)
        guard.daemon = True
        guard.start()
        try:
            self._child.stdin.write(json.dumps(command) + "\n")
            self._child.stdin.flush()
            line = self._child.stdout.readline()
        finally:
            guard.cancel()
        assert line, f"the browser went away at {command}:\n{self.output}"
        answer = json.loads(line)
        assert "error" not in answer, f"{command}: {answer['error']}\n{self.output}"
        return answer.get("value")

    @property
    def output(self) -> str:
        return "".join(self._complaints)

    def kill(self) -> None:
        try:
            os.killpg(self._child.pid, 9)
        except ProcessLookupError:
            pass
        self._child.wait()
