"""Slurm: the tasks of a round as one array job, whose elements each run a chunk."""

from __future__ import annotations

import pathlib
import shlex
import subprocess
import time

from .engine import Failures, Job, own_words
from .folder import Chunks
from .progress import Bar, say

# Slurm's MaxArraySize is 1001 unless an administrator has raised it.
MOST_ELEMENTS = 1000

SCRIPT = """\
#!/bin/bash
#SBATCH --job-name=weir
#SBATCH --array=0-{last}
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={logs}
# {tasks} tasks in {chunks} chunks. Elements may run twice, also at the same time: results are renamed into place, once.
mapfile -t tasks < {folder}/chunk-"$SLURM_ARRAY_TASK_ID"
exec {binary} task "${{tasks[@]}}"
"""


class Array:
    """A round's array job."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._place = (job.folder.path / "slurm").resolve()
        self._failures = Failures()

    def write(self) -> pathlib.Path:
        """Writes the script and the chunks' lists; the first task is run here where nobody knows how long one takes."""
        tasks, chunks = list(self._job.tasks), Chunks([])
        if self._job.chunk is None:
            begun = time.monotonic()
            subprocess.run([self._job.binary, "task", str(self._job.folder.task_file(tasks[0].name))],
                           stderr=subprocess.DEVNULL, check=False)
            pace = time.monotonic() - begun
            tasks = tasks[1:]
            chunks = Chunks(tasks)
            chunks.note(1, pace)
        else:
            chunks = Chunks(tasks, self._job.chunk)
        self._place.mkdir(parents=True, exist_ok=True)
        for old in [*self._place.glob("chunk-*"), *self._place.glob("log-*")]:
            old.unlink()
        count = 0
        for count, chunk in enumerate(chunks.all(slots=1, most=MOST_ELEMENTS), start=1):
            names = [str(self._job.folder.task_file(task.name).resolve()) for task in chunk]
            (self._place / f"chunk-{count - 1}").write_text("\n".join(names) + "\n")
        script = self._place / "array.sh"
        if count == 0:
            script.unlink(missing_ok=True)
            return script
        script.write_text(SCRIPT.format(
            last=count - 1, logs=self._place / "log-%a", tasks=len(tasks), chunks=count,
            folder=shlex.quote(str(self._place)), binary=shlex.quote(str(pathlib.Path(self._job.binary).resolve()))))
        return script

    def submit(self, script: pathlib.Path) -> int:
        """Submits the script and waits until every task has a result or the job is over; the exit code."""
        if not script.exists():
            return 0
        said = subprocess.run(["sbatch", "--parsable", str(script)], capture_output=True, text=True, check=False)
        if said.returncode != 0:
            say(f"weir: sbatch refused {script}: {said.stderr.strip()}")
            return 1
        number = said.stdout.strip().split(";")[0]
        say(f"weir: job {number} has {len(list(self._place.glob('chunk-*')))} elements")
        try:
            self._wait(number)
        finally:
            # After Ctrl-C, and what Slurm would start once more of what is done.
            subprocess.run(["scancel", number], capture_output=True, check=False)
        return self._failures.tell()

    def _wait(self, number: str) -> None:
        bar, total = Bar(len(self._job.tasks)), len(self._job.tasks)
        gone = 0
        try:
            while (done := self._job.finished()) < total:
                bar.tell(done, f"job {number}")
                # Twice: an element's last result may appear just after the job has left the queue.
                gone = gone + 1 if self._is_over(number) else 0
                if gone == 2:
                    self._explain()
                    return
                time.sleep(1)
        finally:
            bar.clear()

    @staticmethod
    def _is_over(number: str) -> bool:
        """Whether Slurm knows of nothing more to run. A controller that does not answer has said nothing."""
        said = subprocess.run(["squeue", "--noheader", "--jobs", number, "--format", "%T"], capture_output=True,
                              text=True, check=False)
        return (said.returncode == 0 and not said.stdout.strip()) or "Invalid job id" in said.stderr

    def _explain(self) -> None:
        missing = [task.name for task in self._job.tasks if not self._job.folder.has_result(task.name)]
        if not missing:
            return
        logs = sorted(self._place.glob("log-*"))
        words = own_words("\n".join(log.read_text(errors="replace") for log in logs))[-4000:]
        again = f"run by hand: {self._job.command(missing[:20])}"
        self._failures.add(1, f"{words}\nweir: {len(missing)} tasks have no result; {again}".lstrip("\n"))
