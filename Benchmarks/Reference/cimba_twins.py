"""M/M/1 on Cimba (https://pypi.org/project/cimba/): the same law; generator, queue and compiled process are Cimba's.

    python cimba_twins.py mm1 EVENTS      prints one line of JSON

Its Python package has processes and containers but no bare event queue, so that of our rows it can run this one. A customer
is two holds, one of the arrivals' process and one of the server's: two events, as in ours.
"""

import json
import sys
import time
from importlib.metadata import version

import cimba as cb
from cimba import inputs


class MM1(cb.Model):
    interarrival: cb.Input[float] = inputs.dist.exponential(mean=1.25)
    service_time: cb.Input[float] = inputs.dist.exponential(mean=1.0)
    queue: cb.Container
    mean_queue: cb.Output[float]

    @cb.process
    def arrivals(self):
        while True:
            cb.hold(self.interarrival.next())
            self.queue.put(1)

    @cb.process
    def server(self):
        while True:
            self.queue.get(1)
            cb.hold(self.service_time.next())

    @cb.on_end
    def measure(self):
        self.mean_queue = self.queue.mean_level()


def run(duration: float) -> float:
    model = MM1()
    experiment = cb.Experiment(model, replications=1, window=cb.Window(warmup=1, duration=duration), seed=123)
    begin = time.process_time()
    experiment.run()
    return time.process_time() - begin


def main() -> None:
    events = int(sys.argv[2])
    customers = events // 2
    run(100)  # Compiles.
    short, long = run(customers * 0.125), run(customers * 1.25)
    nanoseconds = (long - short) / (events * 0.9) * 1e9
    print(json.dumps({"row": "mm1", "by": f"Cimba {version('cimba')}", "events": events, "ns": round(nanoseconds, 1)}))


main()
