"""Dask on this machine: one digest whatever happens, and bad tasks named."""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
import signal
import socket
import subprocess
import sys
import unittest
from unittest import mock

from weir_cluster import cli, worker
from weir_cluster.folder import Folder

from .support import ENDLESS, LONG, SWEEP, TRACE, TRACED, WEIR, Case, digest, parent


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
        address = free_address()
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

    def test_nothing_is_said_of_a_dashboard_whose_port_is_taken(self) -> None:
        with socket.socket() as taken:
            with contextlib.suppress(OSError):
                taken.bind(("0.0.0.0", 8787))
                taken.listen()
            self.assertEqual(self.finish(self.cluster(SWEEP))[1], "")

    def test_a_cluster_without_workers_is_waited_for_and_that_is_said(self) -> None:
        address = free_address()
        self.dask("scheduler", "--no-dashboard", "--host", f"tcp://{address}")
        child = self.cluster(SWEEP, f"dask://{address}")
        self.assertEqual(child.stderr and child.stderr.readline(),
                         f"weir: dask://{address} has no workers; waiting for some\n".encode())
        self.dask("worker", f"tcp://{address}", "--nthreads", "1", "--no-dashboard")
        out, errors = self.finish(child)
        self.assertEqual((out, errors), (self.plain(SWEEP), ""))

    def test_a_driver_that_is_ended_leaves_no_process(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
            with self.subTest(number):
                child = self.through_weir([*ENDLESS, "--on", "dask"])
                self.until(lambda: len(self.running()) >= 1)
                child.send_signal(number)
                self.finish(child, -9 if number == signal.SIGKILL else 130)
                self.until(lambda: not self.running(), seconds=20)

    def test_one_bar_is_shown_to_who_watches(self) -> None:
        main, end = os.openpty()
        line = [sys.executable, "-m", "weir_cluster", "--on", "dask", "--tasks", "t", "--local-workers", "2"]
        child = subprocess.Popen([*line, "--", WEIR, *SWEEP], cwd=self.place, stdout=subprocess.DEVNULL, stderr=end)
        os.close(end)
        shown = b""
        with contextlib.suppress(OSError):
            while part := os.read(main, 1 << 16):
                shown += part
        os.close(main)
        self.assertEqual(child.wait(), 0)
        drawn = shown.decode().split("\r\x1b[2K")
        self.assertTrue(len(drawn) > 2 and drawn[0] == "" and drawn[-1] == "", drawn)
        for bar in drawn[1:-1]:
            self.assertRegex(bar, r"^[█░]{28} \d+ %, \d+ of 24 tasks[^\n]*$|^$")

    def alone(self, words: list[str], cache: pathlib.Path) -> tuple[int, str]:
        """On workers that share nothing with the driver: the exit code, and what was said."""
        errors = io.StringIO()
        line = ["--on", "dask", "--tasks", "t", "--local-workers", "2", "--", WEIR, *words]
        # What a worker runs travels by value, so that a change here is a change there.
        with mock.patch.object(worker, "is_shared", lambda folder, job: False), \
                mock.patch.object(worker, "find", found_in_cache), \
                mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(cache)}), \
                mock.patch("sys.argv", ["weir-cluster", *line]), contextlib.chdir(self.place), \
                contextlib.redirect_stderr(errors), self.assertRaises(SystemExit) as ended:
            cli.main()
        return int(ended.exception.code or 0), errors.getvalue()

    def test_workers_that_share_nothing_take_the_binary_and_send_results(self) -> None:
        cache = self.place / "cache"
        self.assertEqual(self.alone(SWEEP, cache)[0], 0)
        self.assertEqual([path.name for path in cache.glob("weir-cluster/*/*")], ["weir"])
        merged = self.weir("merge", "t")
        self.assertEqual(digest(merged.stdout), self.plain(SWEEP))

    def test_a_trace_travels_once_and_is_kept_by_its_hash(self) -> None:
        (self.place / "s.yaml").write_text(TRACED)
        (self.place / "trace.csv").write_text(TRACE)
        words, cache = ["sweep", "s.yaml", "-P", "streams.clicks.shards=1..6"], self.place / "cache"
        code, errors = self.alone(words, cache)
        self.assertEqual((code, len(self.results())), (0, 6), errors)
        inputs = list((self.place / "t" / "inputs").iterdir())
        kept = list(cache.glob("weir-cluster/*/input"))
        self.assertEqual([path.read_bytes() for path in kept], [path.read_bytes() for path in inputs])
        self.assertEqual(len(kept), 1)
        self.assertEqual(digest(self.weir("merge", "t").stdout), self.plain(words))

    def test_a_worker_that_cannot_take_the_binary_ends_the_run_with_words(self) -> None:
        cache = self.place / "cache"
        cache.write_text("a file where a directory should be")
        code, errors = self.alone(SWEEP, cache)
        self.assertEqual(code, 1)
        self.assertRegex(errors, r"^weir: the worker at tcp://\S+ has not this weir and cannot take it: \S+: Not a directory; "
                                 r"XDG_CACHE_HOME names another directory\n$")


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def found_in_cache(sha: str, hint: str) -> str | None:
    path = worker.cached(sha)
    return str(path) if path.exists() and worker.digest(str(path)) == sha else None


if __name__ == "__main__":
    unittest.main()
