"""What all engines are handed, and how they say what they could not do."""

from __future__ import annotations

import hashlib
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from .folder import Folder, Task

# What a verb ends with while there are tasks to run.
TASKS_OPEN = 75


class Ended(Exception):
    """Nothing more can be run: the exit code, and why, in words."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True)
class Job:
    """Tasks, and who runs them."""

    folder: Folder
    tasks: Sequence[Task]
    binary: str
    chunk: int | None

    def command(self, names: Sequence[str]) -> str:
        """The line that runs tasks by hand."""
        return shlex.join([self.binary, "task", *(str(self.folder.task_file(name)) for name in names)])

    def job_digest(self) -> str:
        return hashlib.sha256((self.folder.path / "job").read_bytes()).hexdigest()

    def missing(self) -> list[Task]:
        """The tasks that have no result."""
        return [task for task in self.tasks if not self.folder.has_result(task)]

    def of(self, tasks: Sequence[Task]) -> Job:
        """The same with other tasks."""
        return replace(self, tasks=tasks)


class Finished:
    """Counts tasks that have results; each result is read once."""

    def __init__(self, job: Job) -> None:
        self._folder, self._rest, self._all = job.folder, {task.name: task for task in job.tasks}, len(job.tasks)

    def count(self) -> int:
        there = {path.stem for path in (self._folder.path / "results").glob("*.result")}
        for name in there & self._rest.keys():
            if self._folder.has_result(self._rest[name]):
                del self._rest[name]
        return self._all - len(self._rest)


@dataclass
class Failures:
    """Tasks that came to nothing: weir's own words, or what happened to them, and the line that runs them again."""

    lines: list[str] = field(default_factory=list)
    code: int = 0

    def add(self, code: int, words: str) -> None:
        self.code = self.code or code
        if words not in self.lines:
            self.lines.append(words)

    def add_run(self, job: Job, tasks: Sequence[Task], code: int, errors: str) -> None:
        """Takes in what `weir task` ended with, and what it said, where tasks have no result then."""
        words = f"weir: signal {-code} ended it" if code < 0 else own_words(errors)
        again = f"run it by hand: {job.command([task.name for task in tasks[:20]])}"
        self.add(code if code > 0 else 1, f"{words}\n{again}" if words else again)

    def tell(self) -> int:
        for line in self.lines[:20]:
            sys.stderr.write(line.rstrip("\n") + "\n")
        if len(self.lines) > 20:
            sys.stderr.write(f"weir: and {len(self.lines) - 20} more\n")
        return self.code


def own_words(errors: str) -> str:
    """What weir said of its tasks, without how many it ran."""
    return "\n".join(line for line in errors.splitlines() if line and not line.endswith(" done before"))
