"""Tests of tools/tidy: each rule with something that keeps it and something that breaks it."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import weakref

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import cpp_functions  # noqa: E402
import tidy_docs  # noqa: E402
import tidy_files  # noqa: E402
import tidy_headers  # noqa: E402
import tidy_includes  # noqa: E402
import tidy_ratchet  # noqa: E402


class Tree:
    """A project of a few files in a temporary folder, which goes when the tree does."""

    def __init__(self, files: dict):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="tidy-test-"))
        weakref.finalize(self, shutil.rmtree, self.root)
        for path, text in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text)
        self.tracked = sorted(files)

    def run(self, check):
        return check(self.root, self.tracked)


class Includes(unittest.TestCase):
    def test_downwards_is_allowed(self):
        for includer, included in [
            ("io/tcp.cc", "base/result.h"),
            ("hub/stream.cc", "io/executor.h"),
            ("hub/simulation_test.cc", "io/sim/sim_executor.h"),
            ("http/http1_connection_fuzz.cc", "io/sim/sim_executor.h"),
            ("http/test_peer.h", "io/sim/sim_executor.h"),
            ("container/flv/tag.cc", "codec/codec.h"),
            ("protocols/rtmp/session.cc", "hub/directory.h"),
            ("protocols/rtmp/wire/chunk.cc", "protocols/rtmp/wire/chunk.h"),
            ("protocols/rtmp/session.cc", "protocols/rtmp/wire/chunk.h"),
            ("protocols/rtmp/protocol.cc", "protocols/protocol.h"),
            ("api/streams.cc", "worker/pool.h"),
            ("server/main.cc", "protocols/rtmp/rtmp.h"),
            ("server/main.cc", "api/api.h"),
        ]:
            self.assertIsNone(tidy_includes.refusal(includer, included), f"{includer} -> {included}")

    def test_upwards_and_sideways_is_refused(self):
        for includer, included in [
            ("base/log.cc", "io/loop.h"),
            ("media/frame.h", "codec/codec.h"),
            ("hub/stream.cc", "io/tcp.h"),
            ("hub/stream.cc", "io/sim/sim_executor.h"),
            ("hub/stream.cc", "container/flv/tag.h"),
            ("protocols/rtmp/session.cc", "protocols/hls/hls.h"),
            ("protocols/rtmp/session.cc", "server/main.h"),
            ("protocols/rtmp/wire/chunk.cc", "media/frame.h"),
            ("protocols/rtmp/wire/chunk.cc", "protocols/rtmp/session.h"),
            ("api/streams.cc", "protocols/rtmp/rtmp.h"),
            ("protocols/protocol.h", "protocols/rtmp/rtmp.h"),
            ("protocols/rtmp/wire/chunk.cc", "protocols/protocol.h"),
            ("attic/a.cc", "base/log.h"),
        ]:
            self.assertIsNotNone(tidy_includes.refusal(includer, included), f"{includer} -> {included}")

    def test_libraries_stay_in_their_rooms(self):
        self.assertIsNone(tidy_includes.library_refusal("http/parser.cc", "boost/beast/http.hpp"))
        self.assertIsNotNone(tidy_includes.library_refusal("rtmp/server.cc", "boost/beast/http.hpp"))
        self.assertIsNone(tidy_includes.library_refusal("worker/encode.cc", "libavcodec/avcodec.h"))
        self.assertIsNotNone(tidy_includes.library_refusal("codec/h264.cc", "libavcodec/avcodec.h"))

    def test_findings_name_the_line(self):
        tree = Tree({"src/base/a.h": '#pragma once\n\n#include "io/b.h"\n', "src/io/b.h": "#pragma once\n"})
        self.assertEqual(len(tree.run(tidy_includes.check)), 1)
        self.assertTrue(tree.run(tidy_includes.check)[0].startswith("src/base/a.h:3: include of io/b.h"))

    def test_a_header_that_is_not_there(self):
        tree = Tree({"src/base/a.h": '#include "base/gone.h"\n#include "base/made.h"\n', "src/base/made.h.in": ""})
        findings = tree.run(tidy_includes.check)
        self.assertEqual(len(findings), 1)
        self.assertIn("base/gone.h: no such header", findings[0])


class Functions(unittest.TestCase):
    def measure(self, text):
        return {name: lines for name, _, lines in cpp_functions.functions(text)}

    def test_free_member_and_test_functions(self):
        found = self.measure("namespace a {\nint f(int x) {\n  return x;\n}\nclass B {\n public:\n  void g() {\n    if (x) {\n"
                             "    }\n  }\n  int h_{0};\n};\n}\nTEST(Suite, Case) {\n}\n")
        self.assertEqual(found, {"f": 3, "g": 4, "Suite.Case": 2})

    def test_braces_in_literals_and_comments_do_not_count(self):
        found = self.measure('void f() {\n  auto a = "}{{"; char c = \'{\'; // {\n  /* { */ auto r = R"x({{{)x";\n}\nvoid g() {}\n')
        self.assertEqual(found, {"f": 4, "g": 1})

    def test_initialiser_lists_belong_to_the_constructor(self):
        found = self.measure("A::A(int b) : b_{b}, c_{1} {\n  run();\n}\nint t[] = {1, 2};\nvoid g() {\n}\n")
        self.assertEqual(found, {"A::A": 3, "g": 2})


class Ratchet(unittest.TestCase):
    def judge(self, lines, baseline):
        return tidy_ratchet.judge([("k", "k", lines, 70)], baseline)

    def test_within_the_limit(self):
        self.assertEqual(self.judge(70, {}), [])

    def test_above_the_limit(self):
        self.assertEqual(len(self.judge(71, {})), 1)

    def test_a_ceiling_holds_exactly(self):
        self.assertEqual(self.judge(90, {"k": 90}), [])
        self.assertIn("its ceiling", self.judge(91, {"k": 90})[0])

    def test_a_ceiling_must_shrink(self):
        self.assertIn("lowered from 90 to 80", self.judge(80, {"k": 90})[0])
        self.assertIn("remove its entry", self.judge(70, {"k": 90})[0])

    def test_an_entry_for_nothing(self):
        self.assertIn("does not exist", tidy_ratchet.judge([], {"k": 90})[0])

    def test_whole_files_and_python(self):
        body = "def f():\n" + "    pass\n" * 80
        tree = Tree({"tools/a.py": body, "src/base/b.cc": "int x;\n" * 501})
        findings = tree.run(tidy_ratchet.check)
        self.assertEqual(len(findings), 2)
        self.assertIn("81 lines", findings[1])
        self.assertIn("501 lines", findings[0])


class DeadFiles(unittest.TestCase):
    def test_named_and_included_files_live(self):
        tree = Tree({"src/base/CMakeLists.txt": "eyas_room(base SOURCES a.cc sub/b.cc)\n", "src/base/a.cc": '#include "base/a.h"\n',
                     "src/base/a.h": "", "src/base/sub/b.cc": ""})
        self.assertEqual(tree.run(tidy_files.check_dead), [])

    def test_others_are_dead(self):
        tree = Tree({"src/base/CMakeLists.txt": "eyas_room(base) # a.cc\n", "src/base/a.cc": "", "src/base/a.h": ""})
        self.assertEqual(len(tree.run(tidy_files.check_dead)), 2)


class Words(unittest.TestCase):
    def test_a_path_of_a_machine(self):
        tree = Tree({"docs/a.md": "see " + "/" + "work/x\n", "docs/b.md": "the network/works\n"})
        self.assertEqual(len(tree.run(tidy_files.check_words)), 1)

    def test_packages_come_from_the_public_registry(self):
        tree = Tree({"web/package-lock.json": '"resolved": "https://registry.npmjs.org/a.tgz"\n"resolved": "https://mirror.example/a.tgz"\n'})
        findings = tree.run(tidy_files.check_words)
        self.assertEqual(len(findings), 1)
        self.assertIn(":2:", findings[0])


class Links(unittest.TestCase):
    def test_files_and_headings(self):
        tree = Tree({"README.md": "[a](docs/a.md#two-words) [b](docs/b.md) [c](#none) `[d](gone.md)` [e](https://example.org)\n",
                     "docs/a.md": "# Two words\n"})
        findings = tree.run(tidy_docs.check)
        self.assertEqual([finding.split(": ")[1] for finding in findings], ["link docs/b.md", "link #none"])


class Headers(unittest.TestCase):
    def test_a_header_that_leans_on_its_includer(self):
        tree = Tree({"src/base/a.h": "#pragma once\n#include <string>\ninline std::string a();\n",
                     "src/base/b.h": "#pragma once\ninline std::string b();\n"})
        findings = tree.run(tidy_headers.check)
        self.assertEqual(len(findings), 1)
        self.assertTrue(findings[0].startswith("src/base/b.h: does not compile alone"))

    def test_what_a_source_begins_with_is_left_to_its_compiler(self):
        leaning = "#pragma once\ninline std::string s();\n"
        tree = Tree({"src/base/a.h": leaning, "src/base/a.cc": '#include "base/a.h"\n',
                     "src/base/b.h": leaning, "src/base/b.cc": '#include <string>\n\n#include "base/b.h"\n',
                     "src/base/c.h": leaning, "src/base/c_fuzz.cc": '#include "base/c.h"\n'})
        findings = tree.run(tidy_headers.check)
        self.assertEqual([finding.split(":")[0] for finding in findings], ["src/base/b.h", "src/base/c.h"])

    def test_an_unchanged_header_is_not_compiled_again(self):
        tree = Tree({"src/base/a.h": "#pragma once\n#include \"base/b.h\"\n", "src/base/b.h": "#pragma once\n"})
        before = tidy_headers.digest(tree.root, "base/a.h")
        self.assertEqual(before, tidy_headers.digest(tree.root, "base/a.h"))
        (tree.root / "src/base/b.h").write_text("#pragma once\nint b();\n")
        self.assertNotEqual(before, tidy_headers.digest(tree.root, "base/a.h"))


class Program(unittest.TestCase):
    def test_help_and_exit_status(self):
        done = subprocess.run([ROOT / "tools/tidy", "--help"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        self.assertIn("--headers", done.stdout)


if __name__ == "__main__":
    unittest.main()
