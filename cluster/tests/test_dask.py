"""Dask on this machine: one digest whatever happens, and bad tasks named."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import socket
import unittest
from unittest import mock

from weir_cluster import cli, worker
from weir_cluster.folder import Folder

from .support import SWEEP, WEIR, Case, digest, parent

LONG = ["sweep", "s.yaml", "-P", "producers.web.rate=400..411", "--set", "clock.duration=2000s",
        "--resolution", "record"]


class DaskTests(Case):
    def test_one_digest_and_nothing_is_run_again(self) -> None:
        self.assertEqual(self.finish(self.cluster(SWEEP))[0], self.plain(SWEEP))
        before = self.written()
        self.assertEqual(len(before), 24)
        self.assertEqual(self.finish(self.cluster(SWEEP))[0], self.plain(SWEEP))
        self.assertEqual(before, self.written())

    def test_a_worker_killed_in_the_middle(self) -> None:
        child = self.cluster(LONG)
        self.until(lambda: len(self.results()) > 1 and bool(self.running()))
        for pid in self.running()[:1]:
            with contextlib.suppress(OSError):
                os.kill(parent(pid), signal.SIGKILL)
        self.assertEqual(self.finish(child)[0], self.plain(LONG))

    def test_a_scheduler_killed_in_the_middle(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        scheduler = self.dask("scheduler", "--no-dashboard", "--host", f"tcp://{address}")
        self.dask("worker", f"tcp://{address}", "--nthreads", "1", "--nworkers", "2", "--no-dashboard")
        child = self.cluster(LONG, f"dask://{address}", WEIR, "--chunk", "1")
        self.until(lambda: len(self.results()) > 1 and bool(self.running()))
        scheduler.kill()
        self.assertIn("the scheduler is gone; the same line again goes on", self.finish(child, 1)[1])
        before = self.written()
        self.assertEqual(self.finish(self.cluster(LONG))[0], self.plain(LONG))
        self.assertEqual(before, {name: when for name, when in self.written().items() if name in before})

    def test_searches_go_on_in_rounds(self) -> None:
        compare = ["compare", "s.yaml", "--with", "streams.clicks.shards=3", "--precision", "0.3", "--max-replications",
                   "30", "--metrics", "producers.web.put_latency_ms"]
        self.assertEqual(self.finish(self.cluster(compare))[0], self.plain(compare))
        plan = ["plan", "s.yaml", "--format", "md", "--reliability", "0.6", "--confidence", "0.8"]
        self.assertEqual(self.finish(self.cluster(plan))[0], self.plain(plan))

    def test_a_driver_that_is_ended_leaves_no_process(self) -> None:
        for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)):
            with self.subTest(number):
                child = self.cluster(LONG + ["--set", "clock.duration=20000s"])
                self.until(lambda: len(self.running()) >= 2)
                child.send_signal(number)
                self.finish(child, code)
                self.until(lambda: not self.running(), seconds=20)

    def test_workers_that_share_nothing_take_the_binary_and_send_results(self) -> None:
        cache = self.place / "cache"
        words = ["--on", "dask", "--tasks", "t", "--local-workers", "2", "--", WEIR, *SWEEP]
        # What a worker runs travels by value, so that a change here is a change there.
        with mock.patch.object(worker, "is_shared", lambda folder, job: False), \
                mock.patch.object(worker, "find", found_in_cache), \
                mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(cache)}), \
                mock.patch("sys.argv", ["weir-cluster", *words]), contextlib.chdir(self.place), \
                contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as ended:
            cli.main()
        self.assertEqual(ended.exception.code, 0)
        self.assertEqual([path.name for path in cache.glob("weir-cluster/*/*")], ["weir"])
        merged = self.weir("merge", "t")
        self.assertEqual(digest(merged.stdout), self.plain(SWEEP))


def found_in_cache(sha: str, hint: str) -> str | None:
    path = worker.cached(sha)
    return str(path) if path.exists() and worker.digest(str(path)) == sha else None


class BadTaskTests(Case):
    """Through a weir that does to one task what $FAULT says."""

    FAULTY = """\
#!/bin/bash
if [ "$1" = task ]; then
  for word in "$@"; do
    case "$word" in *{name}*) {fault};; esac
  done
fi
exec {weir} "$@"
"""

    def faulty(self, fault: str) -> tuple[str, str]:
        """The name of one task, and the weir that does not run it."""
        self.assertEqual(self.weir(*SWEEP, "--tasks", "t").returncode, 75)
        name = (self.place / "t" / "open").read_text().split()[5]
        path = self.place / "faulty-weir"
        path.write_text(self.FAULTY.format(name=name, fault=fault, weir=os.path.abspath(WEIR)))
        path.chmod(0o755)
        return name, str(path)

    def check(self, name: str, errors: str) -> None:
        line = next(line for line in errors.splitlines() if "by hand: " in line)
        self.assertIn(f"/{name}.task", line)
        self.assertEqual(line.count(".task"), 1, "only the one is blamed")
        self.assertEqual(len(self.results()), 23, "all others are done")
        self.assertNotIn("Traceback", errors)

    def test_what_kills_its_worker_is_found_alone(self) -> None:
        name, binary = self.faulty("kill -9 $PPID; sleep 1; exit 1")
        self.check(name, self.finish(self.cluster(SWEEP, "dask", binary), 1)[1])

    def test_what_a_signal_ends_is_found_alone(self) -> None:
        name, binary = self.faulty("kill -9 $$")
        errors = self.finish(self.cluster(SWEEP, "dask", binary), 1)[1]
        self.assertIn("signal 9 ended it", errors)
        self.check(name, errors)

    def test_a_bad_task_ends_with_weirs_own_words(self) -> None:
        name, _ = self.faulty("true")
        design = Folder(self.place / "t").design_file(Folder(self.place / "t").task(name).design)
        with self.subTest("a task whose design is damaged while the round is under way"):
            _, binary = self.faulty(f"echo broken > {design}")
            errors = self.finish(self.cluster(SWEEP, "dask", binary, "--chunk", "1"), 65)[1]
            self.assertIn(f"{design.name}: it is damaged; the command that made it writes it again", errors)
            self.assertNotIn("Traceback", errors)
        # And the same line again puts it right.
        self.assertEqual(self.finish(self.cluster(SWEEP))[0], self.plain(SWEEP))
        self.assertIn(name, self.results())


if __name__ == "__main__":
    unittest.main()
