"""What the tests share: a small sweep, weir as $WEIR names it, and processes that are looked at."""

from __future__ import annotations

import hashlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Callable

WEIR = os.environ.get("WEIR", "weir")
# Whoever started the tests may hold signals back: what they start must hear that it is to end.
signal.pthread_sigmask(signal.SIG_SETMASK, ())
SCENARIO = """\
schema: weir/v1
name: small
seed: 7
clock: {duration: 20s, warmup: 1s, report_bin: 1s}
streams:
  clicks: {mode: provisioned, shards: 2}
producers:
  web: {to: clicks, rate: 500, record: {size: 600B, key_bytes: 24}, keys: {dist: zipf, cardinality: 1000, s: 0.9}}
slo:
  - {id: loss, expr: "records_lost(producer=web).sum == 0 records"}
"""
SWEEP = ["sweep", "s.yaml", "-P", "streams.clicks.shards=1..3", "-P", "producers.web.rate=400,1500",
         "--replications", "4"]
# Its producer replays a recorded trace, which is one of what designs have beside them.
TRACED = SCENARIO.replace("rate: 500,", "rate: {curve: trace, file: trace.csv},")
TRACE = "t_s,count\n" + "".join(f"{second},{100 + second % 7}\n" for second in range(400))
LONG = ["sweep", "s.yaml", "-P", "producers.web.rate=400..411", "--set", "clock.duration=2000s",
        "--resolution", "record"]
ENDLESS = [*LONG, "--set", "clock.duration=20000s"]


class Case(unittest.TestCase):
    """A directory with the scenario, and the digest of one machine's report."""

    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        (self.place / "s.yaml").write_text(SCENARIO)

    def weir(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([WEIR, *words], cwd=self.place, capture_output=True, check=False)

    def plain(self, words: list[str]) -> str:
        done = self.weir(*words)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return digest(done.stdout)

    def cluster(self, words: list[str], on: str = "dask", binary: str = WEIR, *options: str) -> subprocess.Popen[bytes]:
        """weir-cluster as a process of its own."""
        line = [sys.executable, "-m", "weir_cluster", "--on", on, "--tasks", "t", "--local-workers", "2", *options]
        child = subprocess.Popen([*line, "--", binary, *words], cwd=self.place, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        self.addCleanup(stop, child)
        return child

    def through_weir(self, words: list[str], environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """The same as people start it: weir becomes weir-cluster."""
        program = pathlib.Path(sys.executable).parent / "weir-cluster"
        child = subprocess.Popen([WEIR, *words, "--tasks", "t"], cwd=self.place, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE,
                                 env={**os.environ, "WEIR_CLUSTER": str(program), **(environment or {})})
        self.addCleanup(stop, child)
        return child

    def dask(self, *words: str) -> subprocess.Popen[bytes]:
        """Dask's own command line, such as a scheduler."""
        child = subprocess.Popen([sys.executable, "-m", "dask", *words], cwd=self.place, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        self.addCleanup(stop, child, signal.SIGTERM)
        return child

    def finish(self, child: subprocess.Popen[bytes], code: int = 0) -> tuple[str, str]:
        """The digest of its stdout, and its stderr."""
        out, errors = child.communicate(timeout=600)
        self.assertEqual(child.returncode, code, errors.decode())
        return digest(out), errors.decode()

    def results(self) -> list[str]:
        return sorted(path.stem for path in (self.place / "t" / "results").glob("*.result"))

    def written(self) -> dict[str, int]:
        """When each result was written."""
        return {name: (self.place / "t" / "results" / f"{name}.result").stat().st_mtime_ns for name in self.results()}

    def running(self) -> list[int]:
        """The processes that run tasks of this case."""
        return [pid for pid, words in processes() if b"task" in words and str(self.place).encode() in b" ".join(words)]

    def until(self, holds: Callable[[], bool], seconds: float = 300) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), deadline, "waited in vain")
            time.sleep(0.02)


class BadCase(Case):
    """Through a weir that does to one task what it is told."""

    FAULTY = """\
#!/bin/bash
if [ "$1" = task ]; then
  for word in "$@"; do
    case "$word" in *{name}*) {fault};; esac
  done
fi
exec {weir} "$@"
"""

    def faulty_weir(self, name: str, fault: str) -> str:
        path = self.place / "faulty-weir"
        path.write_text(self.FAULTY.format(name=name, fault=fault, weir=os.path.abspath(WEIR)))
        path.chmod(0o755)
        return str(path)

    def faulty(self, fault: str) -> tuple[str, str]:
        """The name of one task, and the weir that does not run it."""
        self.assertEqual(self.weir(*SWEEP, "--tasks", "t").returncode, 75)
        name = (self.place / "t" / "open").read_text().split()[5]
        return name, self.faulty_weir(name, fault)

    def check(self, name: str, errors: str) -> None:
        line = next(line for line in errors.splitlines() if "by hand: " in line)
        self.assertIn(f"/{name}.task", line)
        self.assertEqual(line.count(".task"), 1, "only the one is blamed")
        self.assertEqual(len(self.results()), 23, "all others are done")
        self.assertNotIn("Traceback", errors)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def processes() -> list[tuple[int, list[bytes]]]:
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found.append((int(entry.name), (entry / "cmdline").read_bytes().split(b"\0")))
            except OSError:
                continue
    return found


def parent(pid: int) -> int:
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def stop(child: subprocess.Popen[bytes], number: signal.Signals = signal.SIGKILL) -> None:
    if child.poll() is None:
        child.send_signal(number)
    child.communicate()
