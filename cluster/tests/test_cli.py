"""Options, and rounds that come to an end."""

from __future__ import annotations

import contextlib
import io
import pathlib
import subprocess
import sys
import unittest
from unittest import mock

from weir_cluster import PROTOCOL, cli
from weir_cluster.folder import Folder, Task

from .support import SWEEP, WEIR, Case


class OptionTests(Case):
    def run_cluster(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "weir_cluster", *words], cwd=self.place, capture_output=True,
                              text=True, check=False)

    def test_what_is_no_engine_or_no_number_is_refused_in_a_line(self) -> None:
        for words in (["--on", "dask://127.0.0.1"], ["--on", "dask://a b:x"], ["--on", "dask://a:0"], ["--on", "ray"],
                      ["--on", "dask", "--chunk", "0"], ["--on", "dask", "--local-workers", "none"]):
            done = self.run_cluster(*words, "--tasks", "t", "--", WEIR, *SWEEP)
            self.assertEqual((done.returncode, done.stdout), (2, ""), done)
            self.assertNotIn("Traceback", done.stderr)
            self.assertIn(" is not ", done.stderr.splitlines()[-1])

    def test_it_says_which_protocol_it_speaks(self) -> None:
        self.assertRegex(self.run_cluster("--version").stdout, rf"^weir-cluster \S+, protocol {PROTOCOL}\n$")

    def test_what_cannot_be_started_is_told_in_a_line(self) -> None:
        done = self.run_cluster("--on", "slurm", "--tasks", "t", "--", "/none/weir", *SWEEP)
        self.assertEqual((done.returncode, done.stderr), (1, "weir: [Errno 2] No such file or directory: '/none/weir'\n"))

    def test_words_behind_two_dashes_stay_there(self) -> None:
        options = cli.arguments(["--on", "dask", "--tasks", "t", "--", "weir", "sweep", "-P", "a=1", "--", "-s.yaml"])
        self.assertEqual(options.command, ["weir", "sweep", "-P", "a=1", "--", "-s.yaml"])
        with mock.patch("subprocess.run") as run:
            run.return_value = subprocess.CompletedProcess([], 0, b"", b"")
            cli.Verb(options.command, pathlib.Path("t")).call()
        self.assertEqual(run.call_args.args[0], ["weir", "sweep", "-P", "a=1", "--tasks", "t", "--", "-s.yaml"])


class RoundTests(unittest.TestCase):
    def rounds(self, tasks: list[list[Task]], failed: int = 0) -> tuple[int, int, str]:
        """Rounds of a verb that asks for ever: the exit code, how often tasks were run, and what was said."""
        errors, ran = io.StringIO(), []
        with mock.patch.object(cli.Verb, "call", lambda _: 75), contextlib.redirect_stderr(errors), \
                mock.patch.object(Folder, "open", lambda _: tasks.pop(0)):
            def run(job: object) -> int:
                ran.append(job)
                return failed
            code = cli.rounds(cli.Verb(["weir", "sweep"], pathlib.Path("t")), Folder(pathlib.Path("t")), "weir", None, run)
        return code, len(ran), errors.getvalue()

    def test_a_verb_that_asks_for_what_has_results_ends_with_words(self) -> None:
        code, ran, errors = self.rounds([[Task("d", 0, "a")], [], []])
        self.assertEqual((code, ran), (1, 1))
        self.assertIn("all of them have results; remove t/results", errors)

    def test_a_round_that_came_to_nothing_is_the_last(self) -> None:
        code, ran, errors = self.rounds([[Task("d", 0, "a")], [Task("d", 0, "a")]])
        self.assertEqual((code, ran), (1, 1))
        self.assertIn("a round left all its tasks without results", errors)


if __name__ == "__main__":
    unittest.main()
