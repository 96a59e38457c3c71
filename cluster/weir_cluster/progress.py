"""One bar for the whole cluster, on stderr: drawn where a person is watching, a line a minute where nobody is."""

from __future__ import annotations

import shutil
import sys
import time


class Bar:
    def __init__(self, total: int) -> None:
        self._total = max(1, total)
        self._begun = self._told = time.monotonic()
        self._shown = sys.stderr.isatty()

    def tell(self, done: int, words: str = "") -> None:
        now = time.monotonic()
        if self._shown:
            filled = 28 * min(done, self._total) // self._total
            line = "█" * filled + "░" * (28 - filled) + " " + self._words(done, words, now)
            sys.stderr.write("\r\x1b[2K" + line[:shutil.get_terminal_size().columns - 1])
            sys.stderr.flush()
        elif now - self._told >= 60:
            self._told = now
            sys.stderr.write(f"weir: {self._words(done, words, now)}\n")

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

    def _words(self, done: int, words: str, now: float) -> str:
        left = ""
        if 0 < done < self._total:
            left = f", {(now - self._begun) * (self._total - done) / done:.0f} s left"
        return f"{100 * done // self._total} %, {done} of {self._total} tasks{left}{', ' + words if words else ''}"


def say(line: str) -> None:
    """A line on stderr."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
