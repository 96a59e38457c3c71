"""Dask: chunks of tasks as futures, few in flight, suspects alone."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import logging
import pathlib
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import cloudpickle
from distributed import Client, KilledWorker, LocalCluster, as_completed
from distributed.client import FutureCancelledError

from . import worker
from .engine import Ended, Failures, Finished, Job
from .folder import Chunks, Task
from .progress import Bar, say

# Each start of the driver has keys of its own: under an old key an old failure would come back at once.
_serial = itertools.count()


class ByValue:
    """A function of `worker` that becomes itself on the other side, where this package need not be.

    Registering the module with cloudpickle is not enough: Dask asks for the module of what it sends, and a submitted function is sent
    within a graph of Dask's own.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._code = cloudpickle.dumps(function)

    def __reduce__(self) -> tuple[Any, ...]:
        return cloudpickle.loads, (self._code,)

    def __call__(self, *_: Any) -> Any:
        raise TypeError("it is called where it arrives")


@contextlib.contextmanager
def connect(where: str, workers: int) -> Iterator[Client]:
    """A client of the cluster at an address, or of one on this machine that ends with this."""
    cloudpickle.register_pickle_by_value(worker)
    logging.getLogger("distributed").setLevel(logging.ERROR)
    # Such as that a dashboard, which nobody asked for, has another port than usual.
    warnings.filterwarnings("ignore", module=r"distributed\.")
    if where != "dask":
        try:
            client = Client("tcp://" + where.removeprefix("dask://"), timeout=30)
        except Exception as error:
            raise Ended(1, f"weir: {where}: {error}") from None
        with client:
            if not client.nthreads():
                say(f"weir: {where} has no workers; waiting for some")
            yield client
        return
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1",
        silence_logs=logging.ERROR,
    ) as cluster, Client(cluster) as client:
        yield client
        # A worker that is just starting would tell at length that it was closed.
        with contextlib.suppress(Exception):
            client.wait_for_workers(workers, timeout=10)


def slots(client: Client) -> int:
    """How many tasks run at once."""
    return max(1, sum(int(count) for count in client.nthreads().values()))


class Driver:
    """Runs one round of tasks."""

    def __init__(self, client: Client, job: Job) -> None:
        self._client, self._job, self._run = client, job, ByValue(worker.run)
        self._sha = worker.digest(job.binary)
        self._chunks = Chunks(job.tasks, job.chunk)
        self._failures = Failures()
        self._suspects: list[Task] = []
        self._waiting: dict[str, list[Task]] = {}
        self._needs_files = False
        self._inputs: dict[str, dict[str, str]] = {}
        self._finished = Finished(job)
        self._bar = Bar(len(job.tasks))
        self._start = f"{hashlib.sha256(str(time.time_ns()).encode()).hexdigest()[:8]}-{next(_serial)}"
        self._numbers = itertools.count()

    def run(self) -> int:
        """Until every task has its result or is known to be bad; the exit code."""
        try:
            self._together()
            self._alone()
        except Ended as error:
            self._failures.add(error.code, str(error))
        except FutureCancelledError:
            self._bar.clear()
            say("weir: the scheduler is gone; the same line again goes on where this one was")
            return 1
        finally:
            self._bar.clear()
        return self._failures.tell()

    # Handing out

    def _submit(self, tasks: list[Task], alone: bool = False, lacks_inputs: bool = False) -> Any:
        key = f"weir-{self._start}-{next(self._numbers)}{'-alone' if alone else ''}"
        self._waiting[key] = tasks
        return self._client.submit(self._run, self._order(tasks, lacks_inputs), key=key, pure=False, retries=0)

    def _order(self, tasks: list[Task], lacks_inputs: bool) -> worker.Order:
        folder = self._job.folder
        order: worker.Order = {
            "binary": str(pathlib.Path(self._job.binary).resolve()), "sha": self._sha,
            "folder": str(folder.path.resolve()), "job": self._job.job_digest(), "tasks": [task.name for task in tasks],
        }
        if self._needs_files:
            designs = {task.design for task in tasks}
            order["files"] = {
                **{f"designs/{name}.design": folder.design_file(name).read_bytes() for name in designs},
                **{f"tasks/{task.name}.task": folder.task_file(task.name).read_bytes() for task in tasks},
            }
            order["inputs"] = {name: sha for design in designs for name, sha in self._inputs_of(design).items()}
            # By their hashes first: a worker keeps what it has seen.
            order["contents"] = {
                name: (folder.path / "inputs" / name).read_bytes() for name in order["inputs"]} if lacks_inputs else {}
        return order

    def _inputs_of(self, design: str) -> dict[str, str]:
        """The files that a design has beside it, with their SHA-256."""
        if design not in self._inputs:
            files = [self._job.folder.input_file(name) for name in self._job.folder.inputs(design)]
            self._inputs[design] = {file.name: self._digest(file) for file in files}
        return self._inputs[design]

    def _digest(self, file: pathlib.Path) -> str:
        known = next((inputs[file.name] for inputs in self._inputs.values() if file.name in inputs), None)
        return known or worker.digest(str(file))

    def _together(self) -> None:
        pool = as_completed()

        def more() -> None:
            # One chunk waits behind each that runs: more would only be blamed for a worker that dies.
            at_once = slots(self._client)
            while len(self._chunks) and len(self._waiting) < 2 * at_once:
                pool.add(self._submit(self._chunks.take(at_once)))

        more()
        for future in pool:
            if (again := self._take(future)) is not None:
                pool.add(again)
            more()
            self._tell()

    def _alone(self) -> None:
        """Suspects, one at a time and each by itself: only what kills its worker does so again."""
        for task in self._suspects:
            if self._job.folder.has_result(task):
                continue
            self._client.wait_for_workers(1)
            future = self._submit([task], alone=True)
            while future is not None:
                future = self._take(future)
            self._tell()

    # Taking in

    def _take(self, future: Any) -> Any:
        """Takes in what a chunk came to; gives it as a new future where it lacked something that can be sent."""
        tasks = self._waiting[future.key]
        try:
            answer = future.result()
        except KilledWorker:
            self._killed(tasks, "it ended its worker each time it was started, alone too", future)
            return None
        except FutureCancelledError:
            raise
        except Exception as error:
            # Not the task's fault, and no end of the others: such as a worker that could not read what it was sent.
            self._failures.add(1, f"{self._job.command([t.name for t in tasks])}: {type(error).__name__}: {error}")
            return None
        finally:
            del self._waiting[future.key]
            # What is not let go is computed once more when its worker is lost.
            future.release()
        if "needs" in answer:
            if answer["needs"] == "binary":
                self._send_binary()
            elif answer["needs"] == "files":
                self._needs_files = True
            return self._submit(tasks, future.key.endswith("-alone"), answer["needs"] == "inputs")
        for task in tasks:
            if task.name in answer["results"]:
                self._job.folder.keep(task, answer["results"][task.name])
        self._judge(tasks, answer, future)
        return None

    def _judge(self, tasks: list[Task], answer: worker.Answer, future: Any) -> None:
        missing = [task for task in tasks if not self._job.folder.has_result(task)]
        if len(missing) < len(tasks):
            self._chunks.note(len(tasks) - len(missing), answer["seconds"])
        if not missing:
            return
        if answer["code"] < 0:
            self._killed(missing, f"signal {-answer['code']} ended it", future)
            return
        self._failures.add_run(self._job, missing, answer["code"], answer["errors"])

    def _killed(self, tasks: list[Task], why: str, future: Any) -> None:
        if not future.key.endswith("-alone"):
            self._suspects += tasks
            return
        for task in tasks:
            self._failures.add(1, f"weir: a task is bad: {why}; run it by hand: {self._job.command([task.name])}")

    def _send_binary(self) -> None:
        """Sends the binary to every worker that has not got it; nothing more is run where one cannot take it."""
        path = self._job.binary
        found = self._client.run(ByValue(worker.find), self._sha, path)
        lacking = [address for address, place in found.items() if place is None]
        if not lacking:
            return
        said = self._client.run(ByValue(worker.install), self._sha, pathlib.Path(path).read_bytes(), workers=lacking)
        for address, words in said.items():
            if words:
                raise Ended(1, f"weir: the worker at {address} has not this weir and cannot take it: {words}")

    def _tell(self) -> None:
        self._bar.tell(self._finished.count(), f"{len(self._waiting)} chunks at {slots(self._client)} workers")
