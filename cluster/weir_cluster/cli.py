"""weir-cluster: calls a verb of weir with --tasks again and again, and has an engine run the tasks that it asks for in between.

    weir-cluster --on ENGINE --tasks DIR -- WEIR VERB WORDS…

This is what `weir VERB … --on ENGINE` becomes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from types import FrameType

from . import PROTOCOL, VERSION
from .engine import TASKS_OPEN, Ended, Job
from .folder import Folder, Task
from .progress import say

Round = Callable[[Job], int]


def at_least_one(word: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word} is not a whole number from 1 on")
    return int(word)


def engine(word: str) -> str:
    match = re.fullmatch(r"dask://(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})", word)
    if word not in ("dask", "slurm") and not (match and 1 <= int(match[1]) <= 65_535):
        raise argparse.ArgumentTypeError(f"{word} is not dask, dask://HOST:PORT or slurm")
    return word


def arguments(words: Sequence[str]) -> argparse.Namespace:
    """Options, and behind the first -- the command."""
    parser = argparse.ArgumentParser(
        prog="weir-cluster", description="Runs the tasks of a verb of weir on an engine.",
        usage="%(prog)s --on ENGINE --tasks DIR [options] -- WEIR VERB WORDS…")
    parser.add_argument("--version", action="version", version=f"weir-cluster {VERSION}, protocol {PROTOCOL}")
    parser.add_argument("--on", required=True, type=engine, help="dask, dask://HOST:PORT or slurm")
    parser.add_argument("--tasks", required=True, type=pathlib.Path, help="the directory of tasks")
    parser.add_argument("--submit", action="store_true", help="with slurm: submits the array job and waits")
    parser.add_argument("--chunk", type=at_least_one, help="tasks of one start; as many as take 30 s unless told")
    parser.add_argument("--local-workers", type=at_least_one, default=os.cpu_count() or 1, help="with dask: workers here")
    end = words.index("--") if "--" in words else len(words)
    options = parser.parse_args(list(words[:end]))
    options.command = list(words[end + 1:])
    if len(options.command) < 2:
        parser.error("behind -- stand the binary, a verb and its words")
    return options


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
        end = self._command.index("--") if "--" in self._command else len(self._command)
        words = [*self._command[:end], *self._ahead, "--tasks", str(self._tasks), *self._command[end:]]
        done = subprocess.run(words, stderr=subprocess.PIPE, check=False)
        lines = done.stderr.decode(errors="replace").splitlines()
        for line in lines[:-1] if done.returncode == TASKS_OPEN else lines:
            if line not in self._said:
                self._said.add(line)
                say(line)
        return done.returncode


def rounds(verb: Verb, folder: Folder, binary: str, chunk: int | None, run: Round) -> int:
    """Calls the verb and runs what it asks for, until it asks for nothing more or a round fails; the exit code."""
    before: list[Task] | None = None
    while (code := verb.call()) == TASKS_OPEN:
        tasks = folder.open()
        # Once it may be that another process has just run them.
        if tasks == before:
            say("weir: a round left all its tasks without results" if tasks else
                f"weir: the command asks for tasks, and all of them have results; remove {folder.path}/results, or name another --tasks")
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

        return rounds(verb, folder, binary, options.chunk, run)


def on_slurm(options: argparse.Namespace, verb: Verb, folder: Folder, binary: str) -> int:
    from .slurm_engine import Arrays

    return rounds(verb, folder, binary, options.chunk, lambda job: Arrays(job, options.submit).run())


def end(_number: int, _frame: FrameType | None) -> None:
    # Once: what is under way is cancelled on the way out, and that may take a moment.
    for known in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(known, signal.SIG_IGN)
    sys.exit(130)


def main() -> None:
    options = arguments(sys.argv[1:])
    # Whoever started this may hold them back, and may ignore a hangup, as nohup does.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, end)
    folder, binary = Folder(options.tasks), options.command[0]
    verb = Verb(options.command, options.tasks)
    run = on_slurm if options.on == "slurm" else on_dask
    try:
        code = run(options, verb, folder, binary)
    except Ended as error:
        say(str(error))
        code = error.code
    except ValueError as error:
        # A file that the command has just written, and that is damaged by now.
        say(f"weir: {error}")
        code = 65
    except OSError as error:
        say(f"weir: {error}")
        code = 1
    sys.exit(code)


if __name__ == "__main__":
    main()
