#!/usr/bin/env python3
"""One sweep in every way there is: one core, two workers, tasks twice and in reverse, Dask, Dask with a worker killed, and with
--slurm a real Slurm on loopback, one whose node is lost while a task runs, and one whose slurmd is killed so that the old copy of a
task runs beside the new one. One digest, or it fails.

    python3 scripts/cluster.py --weir .build/release/weir [--cluster .build/cluster/bin/weir-cluster] [--slurm]

--slurm needs Debian's slurmctld, slurmd, slurm-client and munge, and root. It starts daemons of its own, in a directory of its own
and on ports of its own, and ends them by their process numbers.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pathlib
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

SCENARIO = """\
schema: weir/v1
name: small
seed: 7
clock: {duration: 4000s, warmup: 1s, report_bin: 1s}
streams:
  clicks: {mode: provisioned, shards: 2}
producers:
  web: {to: clicks, rate: 500, record: {size: 600B, key_bytes: 24}, keys: {dist: zipf, cardinality: 1000, s: 0.9}}
slo:
  - {id: loss, expr: "records_lost(producer=web).sum == 0 records"}
"""
SWEEP = ["sweep", "s.yaml", "-P", "producers.web.rate=400..411"]
# Two tasks of a minute: an old copy that goes on is still there when Slurm has given its node up.
SLOW = ["sweep", "s.yaml", "-P", "producers.web.rate=4000..4001", "--set", "streams.clicks.shards=8", "--set",
        "clock.duration=160000s", "--resolution", "record"]

CONF = """\
ClusterName=loop
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={place}/munge.sock,cred_expire=5
StateSaveLocation={place}/state
SlurmdSpoolDir={place}/spool.%n
SlurmctldPidFile={place}/ctld.pid
SlurmdPidFile={place}/slurmd.%n.pid
SlurmctldLogFile={place}/ctld.log
SlurmdLogFile={place}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=1
SlurmdParameters=config_overrides
JobRequeue=1
ReturnToService=2
SlurmdTimeout=5
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={one} CPUs=1 RealMemory=100
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={two} CPUs=1 RealMemory=100
NodeName=n3 NodeHostname={host} NodeAddr=127.0.0.1 Port={three} CPUs=1 RealMemory=100
PartitionName=all Nodes=n1,n2,n3 Default=YES State=UP
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Slurm:
    """The daemons, as children of this process."""

    def __init__(self, place: pathlib.Path) -> None:
        self.place = place
        self.children: list[subprocess.Popen[bytes]] = []
        place.mkdir()
        (place / "state").mkdir()
        key = place / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o600)
        self.conf = place / "slurm.conf"
        self.conf.write_text(CONF.format(
            place=place, host=socket.gethostname().split(".")[0], ctld=free_port(), one=free_port(), two=free_port(),
            three=free_port()))
        self.environment = {**os.environ, "SLURM_CONF": str(self.conf)}

    def __enter__(self) -> Slurm:
        place = self.place
        self.start(["munged", "--foreground", "--force", f"--key-file={place}/munge.key", f"--socket={place}/munge.sock",
                    f"--pid-file={place}/munge.pid", f"--log-file={place}/munge.log", f"--seed-file={place}/munge.seed"])
        until(lambda: (place / "munge.sock").exists())
        self.start(["slurmctld", "-D", "-f", str(self.conf)])
        for node in ("n1", "n2", "n3"):
            self.start(["slurmd", "-D", "-N", node, "-f", str(self.conf)])
        until(lambda: self.say("sinfo", "--noheader", "--format", "%T").split() == ["idle"])
        return self

    def __exit__(self, *_: object) -> None:
        for child in reversed(self.children):
            child.terminate()
        for child in reversed(self.children):
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()

    def start(self, words: list[str]) -> None:
        log = (self.place / f"{words[0]}.out").open("ab")
        path = f"/usr/sbin/{words[0]}"
        self.children.append(subprocess.Popen([path, *words[1:]], stdout=log, stderr=log, env=self.environment))

    def say(self, *words: str) -> str:
        return subprocess.run(words, capture_output=True, text=True, env=self.environment, check=False).stdout


def until(holds: Callable[[], object], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            sys.exit("waited in vain")
        time.sleep(0.05)


class Ways:
    """One sweep, run in every way; each gives the bytes of its report."""

    def __init__(self, weir: str, cluster: str, place: pathlib.Path) -> None:
        self.weir, self.place = weir, place
        self.environment = {**os.environ, **({"WEIR_CLUSTER": os.path.abspath(cluster)} if cluster else {})}

    def call(self, *words: str, codes: tuple[int, ...] = (0,)) -> bytes:
        done = subprocess.run([self.weir, *words], cwd=self.place, stdout=subprocess.PIPE, env=self.environment, check=False)
        if done.returncode not in codes:
            sys.exit(f"weir {' '.join(words)} ended with {done.returncode}")
        return done.stdout

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([self.weir, *words], cwd=self.place, stdout=subprocess.PIPE, env=self.environment)

    def results(self, tasks: str) -> int:
        return len(list((self.place / tasks / "results").glob("*.result")))

    def one_core(self) -> bytes:
        return self.call(*SWEEP)

    def two_workers(self) -> bytes:
        return self.call(*SWEEP, "--workers", "2")

    def by_hand(self, tasks: str, order: Callable[[list[str]], list[str]]) -> bytes:
        self.call(*SWEEP, "--tasks", tasks, codes=(75,))
        for file in order(sorted(str(path) for path in (self.place / tasks / "tasks").iterdir())):
            self.call("task", file)
        return self.call("merge", tasks)

    def twice(self) -> bytes:
        # Both at once, and once more when they are done.
        self.call(*SWEEP, "--tasks", "twice", codes=(75,))
        pair = [self.start("task", "twice") for _ in range(2)]
        if [child.wait() for child in pair] != [0, 0]:
            sys.exit("weir task ended with an error")
        return self.by_hand_again("twice")

    def by_hand_again(self, tasks: str) -> bytes:
        self.call("task", tasks)
        return self.call("merge", tasks)

    def reversed(self) -> bytes:
        return self.by_hand("reversed", lambda files: files[::-1])

    def dask(self) -> bytes:
        return self.call(*SWEEP, "--on", "dask", "--tasks", "dask")

    def dask_killed(self) -> bytes:
        child = self.start(*SWEEP, "--on", "dask", "--tasks", "killed")
        until(lambda: self.results("killed") >= 2 and self.running("killed"))
        for pid in self.running("killed")[:1]:
            worker = int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
            os.kill(worker, signal.SIGKILL)
            print(f"  {self.results('killed')} of 12 results; worker {worker} is killed while it runs a task")
        out, _ = child.communicate(timeout=900)
        if child.returncode != 0:
            sys.exit(f"ended with {child.returncode}")
        return out

    def running(self, tasks: str) -> list[int]:
        """The processes that run tasks of a directory."""
        mark = str(self.place / tasks).encode()
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            words = command_line(int(entry.name)).split(b"\0") if entry.name.isdigit() else []
            if b"task" in words and any(mark in word for word in words):
                found.append(int(entry.name))
        return found

    def one_core_slowly(self) -> bytes:
        return self.call(*SLOW)

    def slurm(self) -> bytes:
        # What Slurm and shells would read something into.
        tasks = "a 100% 'slurm'"

        def lose(slurm: Slurm) -> None:
            print(f"  {self.results(tasks)} of 12 results; n1 is lost while it runs a task")
            slurm.say("scontrol", "update", "nodename=n1", "state=down", "reason=lost")

        return self.on_slurm(tasks, [*SWEEP, "--chunk", "2"], lambda: self.results(tasks) >= 1, lose)[0]

    def slurmd_killed(self) -> bytes:
        def kill(slurm: Slurm) -> None:
            print("  slurmd of n1 is killed, the task goes on")
            next(child for child in slurm.children if b"n1" in command_line(child.pid)).kill()

        out, beside = self.on_slurm("beside", [*SLOW, "--chunk", "1"], lambda: len(self.running("beside")) == 2, kill)
        if not beside:
            sys.exit("the old copy had ended before the new one began")
        return out

    def on_slurm(self, tasks: str, words: list[str], middle: Callable[[], object],
                 harm: Callable[[Slurm], None]) -> tuple[bytes, bool]:
        """A sweep whose node n1 is harmed in the middle of a task, and whether two copies of a task ran at once."""
        with Slurm(self.place / f"daemons-{len(list(self.place.iterdir()))}") as slurm:
            self.environment["SLURM_CONF"] = str(slurm.conf)
            child = self.start(*words, "--on", "slurm", "--submit", "--tasks", tasks)
            try:
                until(lambda: middle() and "n1" in slurm.say("squeue", "--noheader", "--states", "R", "--format", "%N"))
                harm(slurm)
                restarts, beside, deadline = 0, False, time.monotonic() + 900
                while child.poll() is None and time.monotonic() < deadline:
                    restarts = max(restarts, slurm.say("scontrol", "--oneliner", "show", "job").count("Restarts=1"))
                    lines = [command_line(pid) for pid in self.running(tasks)]
                    beside = beside or len(set(lines)) < len(lines)
                    time.sleep(0.2)
                out, _ = child.communicate(timeout=10)
            finally:
                if child.poll() is None:
                    child.send_signal(signal.SIGTERM)
                    child.wait()
        if child.returncode != 0 or restarts == 0:
            sys.exit(f"ended with {child.returncode}, {restarts} elements were requeued")
        return out, beside


def command_line(pid: int) -> bytes:
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--cluster", default="", help="weir-cluster, where it is not on the path")
    parser.add_argument("--slurm", action="store_true", help="on a Slurm on loopback too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="weir-cluster-") as name:
        place = pathlib.Path(name)
        (place / "s.yaml").write_text(SCENARIO)
        ways = Ways(os.path.abspath(options.weir), options.cluster, place)
        table = [("one core", ways.one_core), ("--workers 2", ways.two_workers), ("tasks twice, side by side", ways.twice),
                 ("tasks in reverse, one by one", ways.reversed), ("Dask, two workers or more", ways.dask),
                 ("Dask, a worker killed", ways.dask_killed)]
        slow = []
        if options.slurm:
            table.append(("Slurm, a node lost", ways.slurm))
            slow = [("a slow sweep on one core", ways.one_core_slowly), ("Slurm, a slurmd killed", ways.slurmd_killed)]
        for ways_of_one in (table, slow):
            if len({tell(words, run) for words, run in ways_of_one}) > 1:
                sys.exit("FAILED: not one digest")
    print("one digest each")


def tell(words: str, run: Callable[[], bytes]) -> str:
    begun = time.monotonic()
    digest = hashlib.sha256(run()).hexdigest()
    print(f"{words:32}{digest[:16]}  {time.monotonic() - begun:6.1f} s", flush=True)
    return digest


if __name__ == "__main__":
    main()
