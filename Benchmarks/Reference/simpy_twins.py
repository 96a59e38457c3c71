"""The kernel's rows as SimPy programs: the same laws; the generator is Python's, as who writes SimPy would have it.

    python simpy_twins.py ROW EVENTS      prints one line of JSON
"""

import json
import random
import sys
import time
from bisect import bisect
from itertools import accumulate

import simpy


def hold(pending: int, events: int) -> None:
    env, draws = simpy.Environment(), random.Random(42)

    def job():
        while True:
            yield env.timeout(draws.expovariate(1))

    for _ in range(pending):
        env.process(job())
    for _ in range(events):
        env.step()


def mm1(events: int) -> None:
    env, arrivals, services = simpy.Environment(), random.Random(1), random.Random(2)
    server = simpy.Resource(env)

    def customer():
        with server.request() as turn:
            yield turn
            yield env.timeout(services.expovariate(1))

    def source():
        for _ in range(events // 2):
            yield env.timeout(arrivals.expovariate(0.8))
            env.process(customer())

    env.process(source())
    env.run()


def shard(events: int) -> None:
    env, keys, shards = simpy.Environment(), 100_000, 100
    sums = list(accumulate(1 / rank for rank in range(1, keys + 1)))
    levels, updated = [[1000.0, 1048576.0] for _ in range(shards)], [0.0] * shards
    left = events

    def process(draws: random.Random):
        nonlocal left
        while left > 0:
            yield env.timeout(draws.expovariate(1500))
            left -= 1
            index = bisect(sums, draws.random() * sums[-1]) * 2654435761 % shards
            size, level = 200 + draws.randrange(1600), levels[index]
            elapsed, updated[index] = env.now - updated[index], env.now
            level[0] = min(1000.0, level[0] + elapsed * 1000)
            level[1] = min(1048576.0, level[1] + elapsed * 1048576)
            if level[0] >= 1 and level[1] >= size:
                level[0] -= 1
                level[1] -= size

    for number in range(64):
        env.process(process(random.Random(1000 + number)))
    env.run()


def main() -> None:
    row, events = sys.argv[1], int(sys.argv[2])
    begin = time.process_time()
    if row.startswith("hold-"):
        hold(int(row[5:]), events)
    elif row == "mm1":
        mm1(events)
    else:
        shard(events)
    nanoseconds = (time.process_time() - begin) / events * 1e9
    print(json.dumps({"row": row, "by": f"SimPy {simpy.__version__}", "events": events, "ns": round(nanoseconds, 1)}))


main()
