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


def body(data: bytes) -> bytes | None:
    """What follows the first line of one of weir's files; None when it is not what was written."""
    head, _, rest = data.partition(b"\n")
    words = head.split(b" ")
    return rest if len(words) == 3 and words[2].decode() == hashlib.sha256(rest).hexdigest() else None


@dataclass(frozen=True)
class Folder:
    """The directory."""

    path: pathlib.Path

    def task_file(self, name: str) -> pathlib.Path:
        return self.path / "tasks" / f"{name}.task"

    def design_file(self, name: str) -> pathlib.Path:
        return self.path / "designs" / f"{name}.design"

    def result_file(self, name: str) -> pathlib.Path:
        return self.path / "results" / f"{name}.result"

    def has_result(self, name: str) -> bool:
        """Whether there is a result that is whole."""
        try:
            return body(self.result_file(name).read_bytes()) is not None
        except OSError:
            return False

    def open(self) -> list[Task]:
        """The tasks that the last command asked for and that have no result, those of one design together."""
        names = (self.path / "open").read_text().split()
        return sorted(self.task(name) for name in names if not self.has_result(name))

    def task(self, name: str) -> Task:
        found = body(self.task_file(name).read_bytes())
        if found is None:
            raise ValueError(f"{self.task_file(name)}: it is damaged; the command that made it writes it again")
        fields = json.loads(found)
        return Task(design=str(fields["design"]), replication=int(fields["replication"]), name=name)

    def keep(self, name: str, result: bytes) -> None:
        """Writes a result under a name that nobody else has, then renames it: it appears whole or not at all."""
        if self.has_result(name):
            return
        part = self.path / "results" / f".{name}.{os.getpid()}.{secrets.token_hex(8)}"
        part.write_bytes(result)
        os.replace(part, self.result_file(name))


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
