#!/usr/bin/env python3
"""A sweep on a real Slurm on loopback: two nodes on this machine, one of them lost while a task runs. One digest, or it fails.

    python3 scripts/slurm.py --weir .build/release/weir [--cluster .build/cluster/bin/weir-cluster]

Needs Debian's slurmctld, slurmd, slurm-client and munge, and root. It starts daemons of its own, in a directory of its own and on
ports of its own, and ends them by their process numbers.
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

SCENARIO = """\
schema: weir/v1
name: small
seed: 7
clock: {duration: 400s, warmup: 1s, report_bin: 1s}
streams:
  clicks: {mode: provisioned, shards: 2}
producers:
  web: {to: clicks, rate: 500, record: {size: 600B, key_bytes: 24}, keys: {dist: zipf, cardinality: 1000, s: 0.9}}
slo:
  - {id: loss, expr: "records_lost(producer=web).sum == 0 records"}
"""
SWEEP = ["sweep", "s.yaml", "-P", "producers.web.rate=400..411"]

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
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={one} CPUs=1 RealMemory=100
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={two} CPUs=1 RealMemory=100
PartitionName=all Nodes=n1,n2 Default=YES State=UP
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Slurm:
    """The daemons, as children of this process."""

    def __init__(self, place: pathlib.Path) -> None:
        self.place, self.children = place, []
        (place / "state").mkdir()
        key = place / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o600)
        self.conf = place / "slurm.conf"
        self.conf.write_text(CONF.format(
            place=place, host=socket.gethostname().split(".")[0], ctld=free_port(), one=free_port(), two=free_port()))
        self.environment = {**os.environ, "SLURM_CONF": str(self.conf)}

    def __enter__(self) -> Slurm:
        place = self.place
        self.start(["munged", "--foreground", "--force", f"--key-file={place}/munge.key", f"--socket={place}/munge.sock",
                    f"--pid-file={place}/munge.pid", f"--log-file={place}/munge.log", f"--seed-file={place}/munge.seed"])
        self.until(lambda: (place / "munge.sock").exists())
        self.start(["slurmctld", "-D", "-f", str(self.conf)])
        for node in ("n1", "n2"):
            self.start(["slurmd", "-D", "-N", node, "-f", str(self.conf)])
        self.until(lambda: self.say("sinfo", "--noheader", "--format", "%T").split() == ["idle"])
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

    @staticmethod
    def until(holds, seconds: float = 120) -> None:  # type: ignore[no-untyped-def]
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                sys.exit("waited in vain")
            time.sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--cluster", default="")
    options = parser.parse_args()
    weir = os.path.abspath(options.weir)
    with tempfile.TemporaryDirectory(prefix="weir-slurm-") as name:
        place = pathlib.Path(name)
        (place / "s.yaml").write_text(SCENARIO)
        plain = subprocess.run([weir, *SWEEP], cwd=place, capture_output=True, check=True).stdout
        with Slurm(place) as slurm:
            environment = dict(slurm.environment)
            if options.cluster:
                environment["WEIR_CLUSTER"] = os.path.abspath(options.cluster)
            child = subprocess.Popen([weir, *SWEEP, "--on", "slurm", "--submit", "--chunk", "2", "--tasks", "t"], cwd=place,
                                     stdout=subprocess.PIPE, env=environment)
            try:
                results = lambda: list((place / "t/results").glob("*.result"))  # noqa: E731
                slurm.until(lambda: len(results()) >= 1
                            and "n1" in slurm.say("squeue", "--noheader", "--states", "R", "--format", "%N"))
                print(f"{len(results())} of 12 results; n1 is lost while it runs a task")
                slurm.say("scontrol", "update", "nodename=n1", "state=down", "reason=lost")
                restarts = 0
                deadline = time.monotonic() + 900
                while child.poll() is None and time.monotonic() < deadline:
                    queue = slurm.say("scontrol", "--oneliner", "show", "job")
                    restarts = max(restarts, queue.count("Restarts=1"))
                    time.sleep(0.2)
                out, _ = child.communicate(timeout=10)
            finally:
                if child.poll() is None:
                    child.send_signal(signal.SIGTERM)
                    child.wait()
        same = hashlib.sha256(out).digest() == hashlib.sha256(plain).digest()
        print(f"exit code {child.returncode}, requeued elements {restarts}, digest {hashlib.sha256(out).hexdigest()[:16]}, "
              f"one machine {hashlib.sha256(plain).hexdigest()[:16]}")
        if child.returncode != 0 or not same or restarts == 0:
            sys.exit("FAILED")
        print("one digest")


if __name__ == "__main__":
    main()
