"""The ring of hash keys: who owns a key, and what UpdateShardCount makes of it."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass, field

RING = 1 << 128


def hash_key(partition_key: str) -> int:
    """MD5 of the key's UTF-8, as a big-endian number of 128 bits."""
    return int.from_bytes(hashlib.md5(partition_key.encode()).digest(), "big")


def even_starts(shards: int) -> list[int]:
    """Where the ranges of a new stream begin; the last one takes the rest of the division."""
    return [i * (RING // shards) for i in range(shards)]


@dataclass
class Shard:
    """A shard, the instants it takes writes between, and the shards it came from."""

    number: int
    start: int
    end: int  # exclusive
    opened: float = 0.0
    closed: float = float("inf")
    parents: tuple[int, ...] = ()


@dataclass
class Ring:
    """All shards a stream ever had, and which were open when."""

    shards: list[Shard]
    epochs: list[tuple[float, list[Shard]]] = field(default_factory=list)

    @classmethod
    def even(cls, count: int) -> Ring:
        starts = even_starts(count)
        ends = starts[1:] + [RING]
        shards = [Shard(i, start, end) for i, (start, end) in enumerate(zip(starts, ends))]
        return cls(shards, [(0.0, list(shards))])

    @property
    def open(self) -> list[Shard]:
        return self.epochs[-1][1]

    def owner(self, key: int, epoch: int = -1) -> int:
        """The number of the shard that takes a hash key in an epoch."""
        open_shards = self.epochs[epoch][1]
        return open_shards[bisect_right([shard.start for shard in open_shards], key) - 1].number

    def update_shard_count(self, target: int, asked_at: float, step: float) -> int:
        """UPDATE_SHARD_COUNT: one split or merge every `step` seconds, from left to right; how many there were.

        AWS says that the shards come out equal and that a call does splits and merges one by one. A boundary that is there
        is used when it is within max(old, new) keys of the wanted one.
        """
        tolerance = max(len(self.open), target)
        starts = even_starts(target)[1:] + [RING]
        instant, steps, left = asked_at, 0, 0
        for wanted in starts:
            while True:  # make one open shard out of what lies between `left` and `wanted`
                piece = next(shard for shard in self.open if shard.start == left)
                if abs(piece.end - wanted) <= tolerance:
                    left = piece.end
                    break
                instant, steps = instant + step, steps + 1
                if piece.end > wanted:
                    self._split(piece, wanted, instant)
                    left = wanted
                    break
                neighbour = next(shard for shard in self.open if shard.start == piece.end)
                if neighbour.end > wanted + tolerance:
                    self._split(neighbour, wanted, instant)
                    instant, steps = instant + step, steps + 1
                    neighbour = next(shard for shard in self.open if shard.start == piece.end)
                self._merge(piece, neighbour, instant)
        return steps

    def _split(self, shard: Shard, at: int, instant: float) -> None:
        first = len(self.shards)
        low = Shard(first, shard.start, at, instant, parents=(shard.number,))
        high = Shard(first + 1, at, shard.end, instant, parents=(shard.number,))
        self._replace([shard], [low, high], instant)

    def _merge(self, low: Shard, high: Shard, instant: float) -> None:
        merged = Shard(len(self.shards), low.start, high.end, instant, parents=(low.number, high.number))
        self._replace([low, high], [merged], instant)

    def _replace(self, old: list[Shard], new: list[Shard], instant: float) -> None:
        gone = {shard.number for shard in old}
        for shard in old:
            shard.closed = instant
        self.shards += new
        kept = [shard for shard in self.open if shard.number not in gone]
        self.epochs.append((instant, sorted(kept + new, key=lambda shard: shard.start)))
