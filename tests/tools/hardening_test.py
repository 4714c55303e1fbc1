"""The programs that people run are hardened: read back from the binaries, and from the commands that make them."""
import json
import pathlib
import platform
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAMS = ["eyas", "eyas-worker"]


def readelf(*arguments) -> str:
    return subprocess.run(["readelf", "-W", *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def linker_findings(headers: str, dynamic: str) -> list[str]:
    """What `readelf --file-header --program-headers` and `--dynamic` say is missing."""
    findings = []
    if not re.search(r"Type:\s+DYN", headers) or "PIE" not in dynamic:
        findings.append("not position-independent")
    if "GNU_RELRO" not in headers or "BIND_NOW" not in dynamic:
        findings.append("no full RELRO")
    stack = re.search(r"GNU_STACK\s.*?\s([RWE ]{3})\s+0x\w+$", headers, re.MULTILINE)
    if not stack or "E" in stack.group(1):
        findings.append("executable stack")
    return findings


def compiler_findings(symbols: str) -> list[str]:
    """What the dynamic symbols say that the compiler left out."""
    findings = []
    if "__stack_chk_fail" not in symbols:
        findings.append("no stack protector")
    if not re.search(r"\b__\w+_chk\b", symbols):
        findings.append("nothing fortified")
    return findings


class Programs(unittest.TestCase):
    def programs(self, preset: str):
        found = [path for name in PROGRAMS if (path := ROOT / "build" / preset / name).exists()]
        if not found:
            self.skipTest(f"build/{preset} has no programs")
        return found

    def check_linked(self, preset: str):
        for program in self.programs(preset):
            with self.subTest(program=str(program)):
                headers = readelf("--file-header", "--program-headers", program)
                self.assertEqual(linker_findings(headers, readelf("--dynamic", program)), [])

    def test_development_programs_are_linked_hardened(self):
        self.check_linked("dev")

    def test_release_programs_are_hardened(self):
        self.check_linked("release")
        for program in self.programs("release"):
            with self.subTest(program=str(program)):
                self.assertEqual(compiler_findings(readelf("--dyn-syms", program)), [])

    def test_every_file_of_a_release_is_compiled_hardened(self):
        if not shutil.which("cmake"):
            self.skipTest("cmake is not installed")
        wanted = ["-fstack-protector-strong", "-D_FORTIFY_SOURCE=3", "-fPIE", "-O3"]
        if platform.machine() == "x86_64":
            wanted.append("-fcf-protection=full")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["cmake", "--preset", "release", "-B", folder, "-Wno-dev"], cwd=ROOT, check=True,
                           capture_output=True)
            entries = json.loads((pathlib.Path(folder) / "compile_commands.json").read_text())
        ours = [entry for entry in entries if "/src/" in entry["file"]]
        self.assertGreater(len(ours), 100)
        for entry in ours:
            flags = entry["command"].split()
            if "-fPIC" in flags:  # as good for a program, and what libraries of ours get
                flags.append("-fPIE")
            self.assertEqual([flag for flag in wanted if flag not in flags], [], entry["file"])


class Findings(unittest.TestCase):
    """The reading itself, with programs that lack each of it."""

    def build(self, *flags) -> pathlib.Path:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        program = pathlib.Path(folder.name) / "program"
        source = "#include <stdio.h>\n#include <string.h>\nint main(int n, char** v) " \
                 "{ char b[9]; strcpy(b, v[0]); return printf(\"%s %d\", b, n) != 3; }"
        subprocess.run(["g++", "-x", "c++", "-", "-O1", "-w", "-o", program, *flags], input=source, text=True, check=True)
        return program

    def linked(self, *flags) -> list[str]:
        program = self.build(*flags)
        return linker_findings(readelf("--file-header", "--program-headers", program), readelf("--dynamic", program))

    def test_a_soft_program_is_found_out(self):
        self.assertEqual(self.linked("-no-pie", "-Wl,-z,lazy,-z,norelro,-z,execstack"),
                         ["not position-independent", "no full RELRO", "executable stack"])
        soft = self.build("-fno-stack-protector", "-U_FORTIFY_SOURCE")
        self.assertEqual(compiler_findings(readelf("--dyn-syms", soft)), ["no stack protector", "nothing fortified"])

    def test_a_hard_program_is_praised(self):
        self.assertEqual(self.linked("-pie", "-Wl,-z,relro,-z,now,-z,noexecstack"), [])
        hard = self.build("-fstack-protector-strong", "-D_FORTIFY_SOURCE=3")
        self.assertEqual(compiler_findings(readelf("--dyn-syms", hard)), [])


if __name__ == "__main__":
    unittest.main()
