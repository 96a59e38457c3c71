"""Slurm: the tasks of a round as one array job, whose elements each run a chunk. Each array has a directory of its own."""

from __future__ import annotations

import hashlib
import pathlib
import shlex
import subprocess
import time

from .engine import TASKS_OPEN, Ended, Failures, Finished, Job
from .folder import Chunks, Task
from .progress import Bar, say

# Slurm's MaxArraySize is 1001 unless an administrator has raised it.
MOST_ELEMENTS = 1000
# So many tasks are tried here, one after the other, to see how long one takes.
MOST_TRIED = 3

SCRIPT = """\
#!/bin/bash
#SBATCH --job-name={name}
#SBATCH --array=0-{last}
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={logs}
# {tasks} tasks in {chunks} chunks. Elements may run twice, also at the same time: results are renamed into place, once.
place={place}
echo "$SLURM_ARRAY_JOB_ID" > "$place/job"
mapfile -t tasks < "$place/chunk-$SLURM_ARRAY_TASK_ID"
{binary} task "${{tasks[@]}}"
code=$?
echo "$code" > "$place/exit-$SLURM_ARRAY_TASK_ID"
exit "$code"
"""


def call(*words: str) -> subprocess.CompletedProcess[str]:
    """One of Slurm's commands."""
    try:
        return subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise Ended(1, f"weir: cannot run {words[0]}: {error.strerror}; Slurm's commands must be where this runs") from None


def quoted(path: str) -> str:
    """A path as a line of #SBATCH takes it: what stands in quotes is left alone, and there is no escape but other quotes."""
    return '"' + path.replace('"', """"'"'\"""") + '"'


class Array:
    """An array job's directory: its script, the lists of its chunks, what its elements said and ended with."""

    def __init__(self, place: pathlib.Path) -> None:
        self.place = place
        self.script = place / "array.sh"
        # Of this directory and no other, so that it is found in the queue whoever submitted it.
        self.name = f"weir-{hashlib.sha256(str(place).encode()).hexdigest()[:8]}-{place.name}"

    @property
    def number(self) -> str:
        """The job, once it was submitted."""
        try:
            return (self.place / "job").read_text().strip()
        except OSError:
            return ""

    @property
    def elements(self) -> int:
        return len(list(self.place.glob("chunk-*")))

    def tasks(self) -> set[str]:
        """The names of its tasks."""
        lines = [line for chunk in self.place.glob("chunk-*") for line in chunk.read_text().splitlines()]
        return {pathlib.Path(line).stem for line in lines}

    def write(self, job: Job, chunks: list[list[Task]]) -> None:
        self.place.mkdir(parents=True)
        for number, chunk in enumerate(chunks):
            names = [str(job.folder.task_file(task.name).resolve()) for task in chunk]
            (self.place / f"chunk-{number}").write_text("\n".join(names) + "\n")
        # Last and whole: where it is, all of the array is.
        script = self.script.with_suffix(".new")
        script.write_text(SCRIPT.format(
            name=self.name, last=len(chunks) - 1, logs=quoted(str(self.place).replace("%", "%%") + "/log-%a"), tasks=sum(map(len, chunks)),
            chunks=len(chunks), place=shlex.quote(str(self.place)),
            binary=shlex.quote(str(pathlib.Path(job.binary).resolve()))))
        script.replace(self.script)

    def submit(self) -> str:
        """Hands it to Slurm; the number of the job."""
        for old in [*self.place.glob("log-*"), *self.place.glob("exit-*"), self.place / "job"]:
            old.unlink(missing_ok=True)
        said = call("sbatch", "--parsable", str(self.script))
        if said.returncode != 0:
            raise Ended(1, f"weir: sbatch refused {self.script}: {said.stderr.strip()}")
        number = said.stdout.strip().split(";")[0]
        (self.place / "job").write_text(number + "\n")
        return number

    def in_queue(self) -> str:
        """The number of the job if it runs or waits, whoever submitted it; else nothing."""
        if self.number and not is_over(self.number):
            return self.number
        said = call("squeue", "--noheader", "--name", self.name, "--format", "%F")
        numbers = said.stdout.split() if said.returncode == 0 else []
        return numbers[0] if numbers else ""

    def words(self) -> tuple[int, str]:
        """What its elements ended with, and what they said."""
        codes = [int(path.read_text()) for path in self.place.glob("exit-*") if path.read_text().strip().isdecimal()]
        errors = "\n".join(log.read_text(errors="replace") for log in sorted(self.place.glob("log-*")))
        return max((code for code in codes if code != 0), default=1), errors[-4000:]


def is_over(number: str) -> bool:
    """Whether Slurm knows of nothing more to run. A controller that does not answer has said nothing."""
    said = call("squeue", "--noheader", "--jobs", number, "--format", "%T")
    return (said.returncode == 0 and not said.stdout.strip()) or "Invalid job id" in said.stderr


class Arrays:
    """The arrays of a directory of tasks, and what becomes of a round."""

    def __init__(self, job: Job, submits: bool) -> None:
        self._job, self._submits = job, submits
        self._place = (job.folder.path / "slurm").resolve()
        self._failures = Failures()
        if set("\n\\") & set(str(self._place)):
            raise Ended(1, f"weir: {self._place}: Slurm cannot write into a directory with such a name")

    def run(self) -> int:
        """Submits an array and waits for it, or writes its script and says so; the exit code."""
        if not self._wait_for_others():
            return TASKS_OPEN
        if not (missing := self._job.missing()):
            return 0
        array = self._known(missing) or self._written(missing)
        if array is None or not self._submits:
            if array is not None:
                say(f"weir: {len(array.tasks())} tasks to run: `{shlex.join(['sbatch', str(array.script)])}`, then the same line again")
            return self._failures.tell() or (TASKS_OPEN if array else 0)
        try:
            number = array.submit()
        except SystemExit:
            # Ctrl-C while Slurm was taking it: it may have it, and its number is not known.
            call("scancel", "--name", array.name)
            raise
        try:
            say(f"weir: job {number} has {array.elements} elements")
            self._wait(number, array)
        finally:
            # After Ctrl-C, and what Slurm would start once more of what is done.
            call("scancel", number)
        return self._failures.tell()

    def _all(self) -> list[Array]:
        """Those that were written, the last one first."""
        if not self._place.is_dir():
            return []
        numbers = sorted((int(path.name) for path in self._place.iterdir() if path.name.isdecimal()), reverse=True)
        return [Array(self._place / str(number)) for number in numbers]

    def _wait_for_others(self) -> bool:
        """Sees to it that no array runs or waits that has tasks of this round; whether it is so."""
        names = {task.name for task in self._job.tasks}
        for array in self._all():
            if not names & array.tasks():
                continue
            try:
                number = array.in_queue()
            except Ended:
                if self._submits:
                    raise
                continue
            if number and not self._submits:
                say(f"weir: job {number} has tasks of these and is in the queue: the same line again when it is over")
                return False
            if number:
                say(f"weir: waiting for job {number}, which was submitted before and has tasks of these")
                mine = [task for task in self._job.tasks if task.name in array.tasks()]
                self._wait(number, array, self._job.of(mine), explains=False)
        return True

    def _known(self, missing: list[Task]) -> Array | None:
        """The last array, where it has just these tasks: its script may have been changed by hand."""
        names = {task.name for task in missing}
        return next((array for array in self._all()[:1] if array.script.exists() and array.tasks() == names), None)

    def _written(self, missing: list[Task]) -> Array | None:
        """A new array; some tasks are run here where nobody knows how long one takes. Nothing where no task is left then."""
        chunks = Chunks(missing, self._job.chunk) if self._job.chunk else self._tried(missing)
        cut = list(chunks.all(slots=1, most=MOST_ELEMENTS))
        if not cut:
            return None
        array = Array(self._place / str(max((int(old.place.name) for old in self._all()), default=0) + 1))
        array.write(self._job, cut)
        return array

    def _tried(self, missing: list[Task]) -> Chunks:
        for position, task in enumerate(missing[:MOST_TRIED], start=1):
            begun = time.monotonic()
            done = subprocess.run([self._job.binary, "task", str(self._job.folder.task_file(task.name))],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
            if self._job.folder.has_result(task):
                chunks = Chunks(missing[position:])
                chunks.note(1, time.monotonic() - begun)
                return chunks
            self._failures.add_run(self._job, [task], done.returncode, done.stderr.decode(errors="replace"))
        return Chunks([])

    def _wait(self, number: str, array: Array, job: Job | None = None, explains: bool = True) -> None:
        """Until every task has a result or the job is over."""
        job = job or self._job
        bar, finished, gone = Bar(len(job.tasks)), Finished(job), 0
        tried = {line for failure in self._failures.lines for line in failure.splitlines()}
        try:
            while (done := finished.count()) < len(job.tasks):
                bar.tell(done, f"job {number}")
                # Twice: an element's last result may appear just after the job has left the queue.
                gone = gone + 1 if is_over(number) else 0
                if gone == 2:
                    break
                time.sleep(1)
        finally:
            bar.clear()
        missing = [task for task in job.missing() if not any(task.name in line for line in tried)]
        if explains and missing:
            self._failures.add_run(job, missing, *array.words())
