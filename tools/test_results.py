"""Results of every kind of test, brought into one form: a list of Outcome."""
import dataclasses
import json
import pathlib
import xml.etree.ElementTree

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclasses.dataclass(frozen=True)
class Outcome:
    name: str
    status: str
    detail: str = ""


def from_gtest(report: dict, program: str) -> list[Outcome]:
    """A GoogleTest JSON report (--gtest_output=json)."""
    outcomes = []
    for suite in report.get("testsuites", []):
        for case in suite.get("testsuite", []):
            name = f"{program}: {suite['name']}.{case['name']}"
            failures = [failure.get("failure", "") for failure in case.get("failures", [])]
            if failures:
                outcomes.append(Outcome(name, FAILED, "\n".join(failures)))
            elif case.get("result") == "SKIPPED":
                outcomes.append(Outcome(name, SKIPPED))
            elif case.get("status") == "RUN":
                outcomes.append(Outcome(name, PASSED))
    return outcomes


def from_ctest(junit: pathlib.Path, gtest_reports: pathlib.Path) -> list[Outcome]:
    """Programs that ctest ran: the cases of those that GoogleTest reports, the program itself otherwise.

    A program that fails without a failed case (a crash, a sanitizer's finding at exit) is a failure of its own.
    """
    outcomes = []
    for case in xml.etree.ElementTree.parse(junit).getroot().iter("testcase"):
        program = case.get("name")
        report = gtest_reports / f"{program}.json"
        cases = from_gtest(json.loads(report.read_text()), program) if report.exists() else []
        failed = case.get("status") != "run"
        if not cases or (failed and all(outcome.status != FAILED for outcome in cases)):
            output = (case.findtext("system-out") or "").strip()
            cases.append(Outcome(program, FAILED if failed else PASSED, output[-2000:] if failed else ""))
        outcomes += cases
    return outcomes


def from_vitest(report: dict) -> list[Outcome]:
    """The JSON reporter of Vitest (the shape of Jest's)."""
    statuses = {"passed": PASSED, "failed": FAILED, "pending": SKIPPED, "skipped": SKIPPED, "todo": SKIPPED}
    outcomes = []
    for suite in report.get("testResults", []):
        cases = suite.get("assertionResults", [])
        for case in cases:
            outcomes.append(Outcome(f"web unit: {case['fullName']}", statuses.get(case["status"], FAILED),
                                    "\n".join(case.get("failureMessages") or [])))
        if not cases and suite.get("status") == "failed":
            outcomes.append(Outcome(f"web unit: {suite['name']}", FAILED, suite.get("message", "")))
    return outcomes


def from_list(report: list, prefix: str) -> list[Outcome]:
    """Our own form: [{"name", "status", "detail"}]."""
    return [Outcome(f"{prefix}: {entry['name']}", entry["status"] if entry["status"] in (PASSED, SKIPPED) else FAILED,
                    entry.get("detail", "")) for entry in report]


def summary(outcomes: list[Outcome]) -> str:
    """The line that closes a run: "12 passed, 0 failed", with ", 3 skipped" if any."""
    count = {status: sum(outcome.status == status for outcome in outcomes) for status in (PASSED, FAILED, SKIPPED)}
    line = f"{count[PASSED]} passed, {count[FAILED]} failed"
    return line + (f", {count[SKIPPED]} skipped" if count[SKIPPED] else "")


def succeeded(outcomes: list[Outcome]) -> bool:
    """A run that tested nothing did not succeed."""
    return any(o.status == PASSED for o in outcomes) and all(o.status != FAILED for o in outcomes)
