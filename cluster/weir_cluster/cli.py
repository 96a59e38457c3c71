"""weir-cluster: calls a verb of weir with --tasks again and again, and has an engine run the tasks that it asks for in between.

    weir-cluster --on ENGINE --tasks DIR -- WEIR VERB WORDS…

This is what `weir VERB … --on ENGINE` becomes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from types import FrameType

from .engine import Job
from .folder import Folder, Task
from .progress import say

TASKS_OPEN = 75
Round = Callable[[Job], int]


def arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="weir-cluster", description="Runs the tasks of a verb of weir on an engine.")
    parser.add_argument("--on", required=True, help="dask, dask://HOST:PORT or slurm")
    parser.add_argument("--tasks", required=True, type=pathlib.Path, help="the directory of tasks")
    parser.add_argument("--submit", action="store_true", help="with slurm: submits the array job and waits")
    parser.add_argument("--chunk", type=int, help="tasks of one start; as many as take 30 s unless told")
    parser.add_argument("--local-workers", type=int, default=os.cpu_count() or 1, help="with dask: workers here")
    parser.add_argument("command", nargs="+", help="the binary, a verb and its words")
    return parser.parse_args(list(words))


class Verb:
    """A verb of weir, called once a round."""

    def __init__(self, command: Sequence[str], tasks: pathlib.Path) -> None:
        self._command, self._tasks = list(command), tasks
        self._said: set[str] = set()
        self._ahead: list[str] = []

    def looks_ahead(self) -> bool:
        """Whether it asks for more tasks a round when it knows how many run at once, and nobody has told it."""
        return self._command[1:2] == ["plan"] and not any(word.startswith("--workers") for word in self._command)

    def tell(self, at_once: int) -> None:
        self._ahead = ["--workers", str(min(at_once, 256))]

    def call(self) -> int:
        """What it ends with. What it says on stderr is told once, and not how many tasks there are to run."""
        done = subprocess.run([*self._command, *self._ahead, "--tasks", str(self._tasks)], stderr=subprocess.PIPE, check=False)
        lines = done.stderr.decode(errors="replace").splitlines()
        for line in lines[:-1] if done.returncode == TASKS_OPEN else lines:
            if line not in self._said:
                self._said.add(line)
                say(line)
        return done.returncode


def rounds(verb: Verb, folder: Folder, binary: str, chunk: int | None, run: Round) -> int:
    """Calls the verb and runs what it asks for, until it asks for nothing more or a round fails; the exit code."""
    before: list[Task] = []
    while (code := verb.call()) == TASKS_OPEN:
        tasks = folder.open()
        if tasks and tasks == before:
            say("weir: a round left all its tasks without results")
            return 1
        before = tasks
        if tasks and (failed := run(Job(folder, tasks, binary, chunk))) != 0:
            return failed
    return code if code >= 0 else 128 - code


def on_dask(options: argparse.Namespace, verb: Verb, folder: Folder, binary: str) -> int:
    try:
        from .dask_engine import Driver, connect, slots
    except ImportError as error:
        say(f"weir: {error.name} is not there; it comes with pip install './cluster[dask]'")
        return 1
    with contextlib.ExitStack() as stack:
        client = None

        def run(job: Job) -> int:
            nonlocal client
            if client is None:
                client = stack.enter_context(connect(options.on, options.local_workers))
            if verb.looks_ahead():
                verb.tell(slots(client))
            return Driver(client, job).run()

        try:
            return rounds(verb, folder, binary, options.chunk, run)
        except OSError as error:
            say(f"weir: {options.on}: {error}")
            return 1


def on_slurm(options: argparse.Namespace, verb: Verb, folder: Folder, binary: str) -> int:
    from .slurm_engine import Array

    def run(job: Job) -> int:
        array = Array(job)
        script = array.write()
        if options.submit:
            return array.submit(script)
        if script.exists():
            say(f"weir: {len(job.tasks)} tasks to run: `sbatch {script}`, then the same line again")
            return TASKS_OPEN
        return 0

    return rounds(verb, folder, binary, options.chunk, run)


def end(number: int, _: FrameType | None) -> None:
    # Once: what is under way is cancelled on the way out, and that may take a moment.
    for known in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(known, signal.SIG_IGN)
    sys.exit(130 if number == signal.SIGINT else 128 + number)


def main() -> None:
    options = arguments(sys.argv[1:])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    folder, binary = Folder(options.tasks), options.command[0]
    verb = Verb(options.command, options.tasks)
    run = on_slurm if options.on == "slurm" else on_dask
    sys.exit(run(options, verb, folder, binary))


if __name__ == "__main__":
    main()
