"""What all engines are handed, and how they say what they could not do."""

from __future__ import annotations

import hashlib
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from .folder import Folder, Task


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

    def finished(self) -> int:
        """How many of the tasks have a result by now."""
        names = {path.stem for path in (self.folder.path / "results").glob("*.result")}
        return sum(task.name in names for task in self.tasks)

    def job_digest(self) -> str:
        return hashlib.sha256((self.folder.path / "job").read_bytes()).hexdigest()


@dataclass
class Failures:
    """Tasks that came to nothing: weir's own words, or what happened to them, and the line that runs them again."""

    lines: list[str] = field(default_factory=list)
    code: int = 0

    def add(self, code: int, words: str) -> None:
        self.code = self.code or code
        if words not in self.lines:
            self.lines.append(words)

    def tell(self) -> int:
        for line in self.lines[:20]:
            sys.stderr.write(line.rstrip("\n") + "\n")
        if len(self.lines) > 20:
            sys.stderr.write(f"weir: and {len(self.lines) - 20} more\n")
        return self.code


def own_words(errors: str) -> str:
    """What weir said of its tasks, without how many it ran."""
    return "\n".join(line for line in errors.splitlines() if not line.endswith(" done before"))
