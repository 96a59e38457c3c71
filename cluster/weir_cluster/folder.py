"""A directory of tasks, as weir's `--tasks DIR` lays it out (Sources/Reporting/Archive/TaskFolder.swift)."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Task:
    """A replication of a design: tasks of one design stand together, for they share its tables."""

    design: str
    replication: int
    name: str
    # What its result must look like: whose it is, and how many figures and objectives it has.
    version: bytes = b""
    figures: int = 0
    objectives: int = 0


@dataclass(frozen=True)
class Sealed:
    """One of weir's files, whole: what it is, who wrote it, under which name it belongs, and what it holds."""

    kind: bytes
    version: bytes
    name: bytes
    body: bytes


def opened(data: bytes) -> Sealed | None:
    """None when it is not what was written: all is compared as bytes, for it may be anything."""
    head, _, rest = data.partition(b"\n")
    words = head.split(b" ")
    if len(words) != 4 or words[2] != hashlib.sha256(rest).hexdigest().encode():
        return None
    return Sealed(kind=words[0], version=words[1], name=words[3], body=rest)


def usable(data: bytes, task: Task) -> bool:
    """Whether a file is the result of a task: what weir itself asks of it (TaskFolder.result)."""
    found = opened(data)
    if found is None or (found.kind, found.version, found.name) != (b"weir.result/v1", task.version, task.name.encode()):
        return False
    try:
        fields = json.loads(found.body)
        return bool(fields["replication"] == task.replication and len(fields["values"]) == task.figures
                    and len(fields["verdicts"]) == len(fields["causes"]) == task.objectives)
    except (ValueError, KeyError, TypeError):
        return False


@dataclass(frozen=True)
class Folder:
    """The directory."""

    path: pathlib.Path

    def task_file(self, name: str) -> pathlib.Path:
        return self.path / "tasks" / f"{name}.task"

    def design_file(self, name: str) -> pathlib.Path:
        return self.path / "designs" / f"{name}.design"

    def input_file(self, name: str) -> pathlib.Path:
        return self.path / "inputs" / f"{name}.input"

    def result_file(self, name: str) -> pathlib.Path:
        return self.path / "results" / f"{name}.result"

    def has_result(self, task: Task) -> bool:
        """Whether there is a result that can be used."""
        try:
            return usable(self.result_file(task.name).read_bytes(), task)
        except OSError:
            return False

    def open(self) -> list[Task]:
        """The tasks that the last command asked for and that have no result, those of one design together."""
        names = (self.path / "open").read_text().split()
        return sorted(task for task in map(self.task, names) if not self.has_result(task))

    def task(self, name: str) -> Task:
        found = self._given(self.task_file(name), b"weir.task/v1", name)
        fields = json.loads(found.body)
        return Task(design=str(fields["design"]), replication=int(fields["replication"]), name=name, version=found.version,
                    figures=int(fields["figures"]), objectives=int(fields["objectives"]))

    def inputs(self, design: str) -> list[str]:
        """The names of what a design has beside it."""
        found = self._given(self.design_file(design), b"weir.design/v1", design)
        return sorted({str(name) for name in json.loads(found.body)["inputs"] if name})

    @staticmethod
    def _given(path: pathlib.Path, kind: bytes, name: str) -> Sealed:
        found = opened(path.read_bytes())
        if found is None or (found.kind, found.name) != (kind, name.encode()):
            raise ValueError(f"{path}: it is damaged; the command that made it writes it again")
        return found

    def keep(self, task: Task, result: bytes) -> None:
        """Writes a result under a name that nobody else has, then renames it: it appears whole or not at all."""
        if self.has_result(task) or not usable(result, task):
            return
        part = self.path / "results" / f".{task.name}.{os.getpid()}.{secrets.token_hex(8)}"
        part.write_bytes(result)
        os.replace(part, self.result_file(task.name))


class Chunks:
    """Cuts tasks into chunks of at least `seconds` of work, and smaller ones only where workers would stand idle."""

    def __init__(self, tasks: Sequence[Task], fixed: int | None = None, seconds: float = 30.0) -> None:
        self._rest = list(tasks)
        self._fixed = fixed
        self._seconds = seconds
        self._spent = 0.0
        self._done = 0

    def __len__(self) -> int:
        return len(self._rest)

    def note(self, tasks: int, seconds: float) -> None:
        """Takes in how long so many tasks took."""
        self._done += tasks
        self._spent += seconds

    def size(self, slots: int) -> int:
        """How many tasks the next chunk has, for so many workers: one while nobody knows how long a task takes."""
        if self._fixed is not None:
            return self._fixed
        if self._done == 0:
            return 1
        pace = max(self._spent / self._done, 1e-4)
        wanted = -(-self._seconds // pace)
        return max(1, min(int(wanted), -(-len(self._rest) // max(1, slots))))

    def take(self, slots: int) -> list[Task]:
        """The next chunk; empty at the end."""
        size = self.size(slots)
        chunk, self._rest = self._rest[:size], self._rest[size:]
        return chunk

    def all(self, slots: int, most: int) -> Iterator[list[Task]]:
        """All that is left in at most so many chunks."""
        size = max(self.size(slots), -(-len(self._rest) // most))
        while self._rest:
            yield self._rest[:size]
            self._rest = self._rest[size:]
