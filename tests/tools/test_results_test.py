"""Tests of how results are read and counted."""
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import test_results  # noqa: E402
from test_results import FAILED, PASSED, SKIPPED, UNSTEADY, Outcome  # noqa: E402

GTEST = {"testsuites": [{"name": "Suite", "testsuite": [
    {"name": "Good", "status": "RUN", "result": "COMPLETED"},
    {"name": "Bad", "status": "RUN", "result": "COMPLETED", "failures": [{"failure": "1 != 2"}]},
    {"name": "Away", "status": "RUN", "result": "SKIPPED"},
    {"name": "Off", "status": "NOTRUN", "result": "SUPPRESSED"}]}]}


class Readers(unittest.TestCase):
    def test_gtest(self):
        self.assertEqual([outcome.status for outcome in test_results.from_gtest(GTEST, "p")], [PASSED, FAILED, SKIPPED])

    def ctest(self, status, report):
        with tempfile.TemporaryDirectory() as folder:
            junit = pathlib.Path(folder) / "c.xml"
            junit.write_text(f'<testsuite><testcase name="p" status="{status}"><system-out>why</system-out></testcase></testsuite>')
            if report:
                (pathlib.Path(folder) / "p.json").write_text(report)
            return test_results.from_ctest(junit, pathlib.Path(folder))

    def test_a_crash_without_a_report_is_a_failure(self):
        self.assertEqual(self.ctest("fail", None), [Outcome("p", FAILED, "why")])

    def test_a_failure_after_the_last_case_is_a_failure(self):
        good = '{"testsuites":[{"name":"S","testsuite":[{"name":"G","status":"RUN","result":"COMPLETED"}]}]}'
        self.assertEqual([outcome.status for outcome in self.ctest("fail", good)], [PASSED, FAILED])
        self.assertEqual([outcome.status for outcome in self.ctest("run", good)], [PASSED])

    def test_vitest(self):
        report = {"testResults": [{"name": "f", "status": "passed", "assertionResults": [
            {"fullName": "a", "status": "passed"}, {"fullName": "b", "status": "failed", "failureMessages": ["x"]}]},
            {"name": "g", "status": "failed", "message": "syntax", "assertionResults": []}]}
        self.assertEqual([outcome.status for outcome in test_results.from_vitest(report)], [PASSED, FAILED, FAILED])

    def test_an_unknown_status_is_a_failure(self):
        self.assertEqual(test_results.from_list([{"name": "a", "status": "odd"}], "x")[0].status, FAILED)


class RunAgain(unittest.TestCase):
    FIRST = [Outcome("p: S.A", PASSED), Outcome("p: S.B", FAILED, "why"), Outcome("q", FAILED, "crash")]

    def settled(self, *again):
        return {outcome.name: outcome.status for outcome in test_results.settled(self.FIRST, list(again))}

    def test_what_passes_alone_is_unsteady_and_keeps_what_it_said(self):
        outcomes = test_results.settled(self.FIRST, [Outcome("p: S.B", PASSED), Outcome("q: T.A", PASSED)])
        self.assertEqual(outcomes[1:], [Outcome("p: S.B", UNSTEADY, "why"), Outcome("q", UNSTEADY, "crash"),
                                        Outcome("q: T.A", PASSED)])
        self.assertTrue(test_results.succeeded(outcomes))
        self.assertEqual(test_results.summary(outcomes), "4 passed, 0 failed")

    def test_what_fails_again_is_a_failure(self):
        self.assertEqual(self.settled(Outcome("p: S.B", FAILED), Outcome("q", FAILED)),
                         {"p: S.A": PASSED, "p: S.B": FAILED, "q": FAILED})

    def test_what_fails_only_the_second_time_is_a_failure_too(self):
        self.assertEqual(self.settled(Outcome("p: S.A", FAILED), Outcome("p: S.B", PASSED))["p: S.A"], FAILED)
        self.assertEqual(self.settled(Outcome("q: T.A", FAILED))["q"], FAILED)

    def test_what_did_not_run_again_is_a_failure(self):
        self.assertEqual(self.settled()["p: S.B"], FAILED)


class Total(unittest.TestCase):
    def test_the_closing_line(self):
        outcomes = [Outcome("a", PASSED), Outcome("b", PASSED), Outcome("c", FAILED)]
        self.assertEqual(test_results.summary(outcomes), "2 passed, 1 failed")
        self.assertEqual(test_results.summary(outcomes + [Outcome("d", SKIPPED)]), "2 passed, 1 failed, 1 skipped")

    def test_success_needs_something_that_passed(self):
        self.assertFalse(test_results.succeeded([]))
        self.assertFalse(test_results.succeeded([Outcome("a", SKIPPED)]))
        self.assertTrue(test_results.succeeded([Outcome("a", PASSED), Outcome("b", SKIPPED)]))
        self.assertFalse(test_results.succeeded([Outcome("a", PASSED), Outcome("b", FAILED)]))


if __name__ == "__main__":
    unittest.main()
