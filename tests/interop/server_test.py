"""The program itself: starts, answers, explains a wrong configuration, ends when asked."""
import pathlib
import tempfile

from harness import PROGRAM, Process, Server


def test_health_and_readiness_answer():
    server = Server()
    assert server.get("/healthz")[0] == 200
    assert server.get("/readyz")[0] == 200


def test_unknown_stream_is_not_found():
    status, _, body = Server().get("/api/v1/streams/live/nobody")
    assert status == 404, status
    assert b'"not_found"' in body, body


def test_version():
    process = Process([PROGRAM, "--version"], timeout=10)
    assert process.wait(10) == 0
    assert "0.1.0" in process.output, process.output


def test_check_config_suggests_the_nearest_key():
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "eyas.yaml"
        config.write_text("http:\n  lisen: 127.0.0.1:8080\n")
        process = Process([PROGRAM, "check-config", "--config", config], timeout=10)
        assert process.wait(10) != 0, process.output
    assert "http.lisen" in process.output and "http.listen" in process.output, process.output


def test_sigterm_ends_with_status_zero():
    server = Server()
    status = server.stop()
    assert status == 0, f"exit status {status}\n{server.output}"
