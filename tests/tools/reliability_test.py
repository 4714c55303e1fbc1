"""Every test that docs/RELIABILITY.md names exists."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "RELIABILITY.md"


def interop_tests() -> set:
    found = set()
    for file in (ROOT / "tests" / "interop").glob("*_test.py"):
        names = re.findall(r"^def test_(\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE)
        found |= {f"{file.stem.removesuffix('_test')}.{name}" for name in names}
    return found


def unit_tests() -> set:
    found = set()
    for file in (ROOT / "src").rglob("*_test.cc"):
        found |= {f"{suite}.{name}" for suite, name in
                  re.findall(r"^TEST(?:_F|_P)?\((\w+), (\w+)\)", file.read_text(encoding="utf-8"), re.MULTILINE)}
    return found


def fuzzers() -> set:
    texts = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("CMakeLists.txt"))
    return set(re.findall(r"eyas_fuzzer\((\w+)", texts))


def named(page: str) -> list:
    """What the last column of each table row names."""
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("|---")]
    return [name for row in rows for name in re.findall(r"`([\w.]+)`", row.rsplit("|", 2)[1])]


class Reliability(unittest.TestCase):
    def test_every_named_test_exists(self):
        names = named(PAGE.read_text(encoding="utf-8"))
        self.assertGreater(len(names), 25)
        known = interop_tests() | unit_tests() | fuzzers()
        self.assertEqual([name for name in names if name not in known], [])

    def test_a_name_that_is_not_there_is_noticed(self):
        self.assertEqual(named("| a | b | `No.Such`, fuzzer `none_fuzz` |\n|---|\nprose `No.Table`"), ["No.Such", "none_fuzz"])


if __name__ == "__main__":
    unittest.main()
