"""Tests of docs/interop.md: it is as tests/interop/pairs_table.py writes it, and no row is missing."""
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "interop"))

import pairs_table  # noqa: E402


class Table(unittest.TestCase):
    def test_every_row_is_there_and_says_what_should_come_out(self):
        written = pairs_table.written()
        for way, pairs in pairs_table.PAIRS_IN.items():
            for pair in pairs:
                cells = [pairs_table.cell(*pairs_table.comes_out(out, *pair)) for out in pairs_table.WAYS_OUT]
                self.assertEqual(written.get((way, *pair)), pairs_table.row(way, *pair, cells))

    def test_the_document_is_what_the_tool_writes(self):
        self.assertEqual(pairs_table.DOCUMENT.read_text(), pairs_table.document(pairs_table.written()))

    def test_a_row_that_was_not_tried_stays_as_it_was(self):
        rows = {("rtmp", "h264", "aac"): pairs_table.row("rtmp", "h264", "aac", ["x"])}
        self.assertIn("| RTMP | H.264 + AAC | x |", pairs_table.document(rows))

    def test_what_nothing_comes_of_is_a_dash(self):
        self.assertEqual(pairs_table.cell(None, None), "—")


if __name__ == "__main__":
    unittest.main()
