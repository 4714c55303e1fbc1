"""docs/dependencies.md tells the truth, and its maker notices what is missing."""
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import list_dependencies as dependencies  # noqa: E402

LIST = """# comment
libfoo1 | libfoo-dev | MIT | eyas | foos
- | libbar-dev | BSL-1.0 | eyas | bars; headers only
"""
LOCK = {"packages": {
    "": {}, "node_modules/served": {"version": "1.0.0", "license": "MIT"},
    "node_modules/tool": {"version": "2.0.0", "license": "ISC", "dev": True},
    "node_modules/tool/node_modules/inner": {"version": "3.0.0", "license": "ISC", "dev": True},
    "node_modules/native": {"version": "4.0.0", "license": "ISC", "optional": True}}}


class Document(unittest.TestCase):
    def test_is_up_to_date(self):
        self.assertEqual(dependencies.check(), [])

    def test_versions_of_debian_may_differ_and_nothing_else(self):
        found = dependencies.libraries(LIST)
        here = dependencies.document(found, [], [], lambda package: "1.2-3")
        there = dependencies.document(found, [], [], lambda package: "1.2-3+deb12u1")
        self.assertNotEqual(here, there)
        same = dependencies.without_debian_versions
        self.assertEqual(same(here), same(there))
        found[0].licence = "GPL-3.0"
        self.assertNotEqual(same(here), same(dependencies.document(found, [], [], lambda package: "1.2-3")))
        served = [[("served", version, "MIT")] for version in ("1.0.0", "1.0.1")]
        self.assertNotEqual(*(same(dependencies.document([], rows, [], str)) for rows in served))


class Findings(unittest.TestCase):
    def test_a_package_to_build_with_must_be_listed(self):
        packages = dependencies.build_packages("# x\n\n[build]  # make\ng++\nlibfoo-dev\nlibnew-dev\n\n[test]  # t\nvlc\n")
        self.assertEqual(dependencies.unlisted(dependencies.libraries(LIST), packages), ["libnew-dev"])

    def test_what_a_program_loads_must_be_listed(self):
        found = dependencies.unlisted_loads(dependencies.libraries(LIST), pathlib.Path(sys.executable).resolve())
        self.assertTrue(any("loads libc.so.6 of libc6" in finding for finding in found), found)

    def test_npm_packages_are_told_apart(self):
        served, tools = dependencies.npm_packages(LOCK, {"devDependencies": {"tool": "^2"}})
        self.assertEqual(served, [("served", "1.0.0", "MIT")])
        self.assertEqual(tools, [("tool", "2.0.0", "ISC")])


if __name__ == "__main__":
    unittest.main()
