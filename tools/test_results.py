"""Results of every kind of test, brought into one form: a list of Outcome."""
import dataclasses
import json
import pathlib
import xml.etree.ElementTree

# Unsteady: it failed beside others and passed when it was run again with the machine to itself. It counts as
# passed, and is named at the end of the run with what it said the first time.
PASSED, FAILED, SKIPPED, UNSTEADY = "passed", "failed", "skipped", "unsteady"


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


def settled(first: list[Outcome], again: list[Outcome]) -> list[Outcome]:
    """The outcomes of a run whose failures were run `again`.

    A failure is unsteady when it passed, or, if it has no name of its own (a crash), when all of its program did;
    what failed only the second time is a failure too.
    """
    program = lambda outcome: outcome.name.split(":")[0]
    passed = {outcome.name for outcome in again if outcome.status == PASSED}
    broken = {program(outcome) for outcome in again if outcome.status == FAILED}
    whole = {program(outcome) for outcome in again if outcome.status == PASSED} - broken  # never a case's name
    known = {outcome.name for outcome in first}
    outcomes = []
    for outcome in first:
        steady = outcome.status != FAILED or not (outcome.name in passed or outcome.name in whole)
        outcomes.append(outcome if steady else dataclasses.replace(outcome, status=UNSTEADY))
    # Of a program that crashed the first time, only the second run knows the cases.
    return outcomes + [outcome for outcome in again if outcome.name not in known] + [
        outcome for outcome in again
        if outcome.status == FAILED and any(one.name == outcome.name and one.status != FAILED for one in first)]


def summary(outcomes: list[Outcome]) -> str:
    """The line that closes a run: "12 passed, 0 failed", with ", 3 skipped" if any."""
    count = {status: sum(outcome.status == status for outcome in outcomes)
             for status in (PASSED, FAILED, SKIPPED, UNSTEADY)}
    line = f"{count[PASSED] + count[UNSTEADY]} passed, {count[FAILED]} failed"
    return line + (f", {count[SKIPPED]} skipped" if count[SKIPPED] else "")


def succeeded(outcomes: list[Outcome]) -> bool:
    """A run that tested nothing did not succeed."""
    return any(o.status == PASSED for o in outcomes) and all(o.status != FAILED for o in outcomes)
