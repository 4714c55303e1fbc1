"""Tests of the interop harness: peers end in time, their output is kept, waiting gives up."""
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "interop"))

import harness  # noqa: E402


class Peers(unittest.TestCase):
    def tearDown(self):
        harness.end_all()

    def test_output_and_status(self):
        self.assertEqual(harness.run("sh", "-c", "echo out; echo err >&2").split(), ["out", "err"])
        with self.assertRaisesRegex(AssertionError, "exited with 3"):
            harness.run("sh", "-c", "exit 3")

    def test_a_peer_that_never_ends_is_killed_with_its_children(self):
        process = harness.peer("sh", "-c", "sleep 100 & wait", timeout=0.2)
        self.assertEqual(process.wait(10), -9)

    def test_what_a_test_leaves_running_ends_with_it(self):
        process = harness.peer("sleep", "100")
        self.assertIn("sleep 100", harness.end_all())
        self.assertEqual(process.wait(10), -9)

    def test_a_missing_program_skips(self):
        with self.assertRaisesRegex(harness.Skip, "no-such-program is not installed"):
            harness.peer("no-such-program")

    def test_waiting_gives_up(self):
        self.assertEqual(harness.wait_for(lambda: 7), 7)
        with self.assertRaisesRegex(AssertionError, "the moon"):
            harness.wait_for(lambda: 0, timeout=0.05, what="the moon")


if __name__ == "__main__":
    unittest.main()
