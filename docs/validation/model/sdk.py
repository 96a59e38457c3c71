"""What an AWS SDK does when a whole call is refused: the `standard` retries of 10 November 2026, and Java's, which came before."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

ATTEMPTS = 3
BASE, CAP = 1.0, 20.0
QUOTA, THROTTLE_COST, CLEAN_SUCCESS = 500.0, 5.0, 1.0


@dataclass(frozen=True)
class Retries:
    """The form of the retries. `jitter` off is a fault to plant: every client then waits the whole pause."""

    attempts: int = ATTEMPTS
    base: float = BASE
    cap: float = CAP
    least: float = 0.0  # the share of a pause that is always waited: full jitter has none, half jitter a half
    cost: float = THROTTLE_COST
    jitter: bool = True

    def pause(self, retry: int, uniform: float) -> float:
        """Seconds before retry 0, 1, … of a throttled call: jitter on min(base · 2^i, cap)."""
        longest = min(self.base * 2.0**retry, self.cap)
        return longest * (self.least + (1 - self.least) * uniform) if self.jitter else longest


STANDARD = Retries()
JAVA = Retries(attempts=4, base=0.5, least=0.5, cost=0.0)
"""The Java SDK's form, which the KCL uses: 4 attempts, half jitter on 500 ms doubling, throttles cost nothing."""


@dataclass
class Quota:
    """One client's retry quota: 500 tokens, 5 for the retry of a throttle, given back by the success that follows."""

    tokens: float = QUOTA
    _credits: list[tuple[float, float]] = field(default_factory=list)

    def succeeded(self, at: float, retries: int) -> None:
        """A call will succeed at an instant: its last retry's cost comes back then, or one token if there was none."""
        heapq.heappush(self._credits, (at, THROTTLE_COST if retries else CLEAN_SUCCESS))

    def takes(self, now: float, cost: float = THROTTLE_COST) -> bool:
        """Whether there is enough left for another retry; takes it."""
        while self._credits and self._credits[0][0] <= now:
            self.tokens = min(QUOTA, self.tokens + heapq.heappop(self._credits)[1])
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True
