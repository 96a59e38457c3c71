"""Slurm, of which stand-ins for its commands are on the path: scripts/cluster.py has a real one."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import unittest

from weir_cluster.engine import Finished, Job
from weir_cluster.folder import Folder

from .support import ENDLESS, SWEEP, WEIR, BadCase, Case


# Slurm as a directory: job-N holds the name of job N, over-N is there when it is over. Elements run at once, one after the other,
# unless a file `hold` is there.
STAND_INS = {
    "sbatch": """
script="${@: -1}"
n=$(( $(ls "$place" | grep -c '^job-') + 1 ))
sed -n 's/^#SBATCH --job-name=//p' "$script" > "$place/job-$n"
cp "$script" "$place/script-$n"
if [ ! -e "$place/hold" ]; then
  for i in $(seq 0 "$(sed -n 's/^#SBATCH --array=0-//p' "$script")"); do
    SLURM_ARRAY_JOB_ID=$n SLURM_ARRAY_TASK_ID=$i bash "$script" > "$(dirname "$script")/log-$i" 2>&1
  done
  touch "$place/over-$n"
fi
echo $n
""",
    "squeue": """
for file in "$place"/job-*; do
  n=${file##*-}
  [ ! -e "$file" ] || [ -e "$place/over-$n" ] || case "$* " in
    *"--jobs $n "*) echo RUNNING;;
    *"--name $(cat "$file") "*) echo "$n";;
  esac
done
""",
    "scancel": """
echo "$*" >> "$place/cancelled"
touch "$place/over-$1"
""",
}


class SlurmCase(Case):
    def setUp(self) -> None:
        super().setUp()
        self.slurm = self.place / "slurm"
        self.slurm.mkdir()
        for name, body in STAND_INS.items():
            path = self.slurm / name
            path.write_text(f'#!/bin/bash\nplace={self.slurm}\n{body}')
            path.chmod(0o755)
        path = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", path)
        os.environ["PATH"] = f"{self.slurm}:{path}"

    def array(self, number: int = 1) -> pathlib.Path:
        return self.place / "t" / "slurm" / str(number)


class SlurmTests(SlurmCase):
    def test_one_digest(self) -> None:
        out, errors = self.finish(self.cluster(SWEEP, "slurm", WEIR, "--submit"))
        self.assertEqual(out, self.plain(SWEEP))
        self.assertIn("weir: job 1 has ", errors)

    def test_a_driver_that_is_ended_cancels_its_array(self) -> None:
        (self.slurm / "hold").touch()
        for job, number in enumerate((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), start=1):
            with self.subTest(number):
                child = self.through_weir([*ENDLESS, "--on", "slurm", "--submit", "--chunk", "1"])
                assert child.stderr
                self.assertEqual(child.stderr.readline(), f"weir: job {job} has 12 elements\n".encode())
                child.send_signal(number)
                self.finish(child, 130)
                self.assertEqual((self.slurm / "cancelled").read_text().split(), [str(n + 1) for n in range(job)])

    def test_the_same_line_again_leaves_the_script_as_it_is(self) -> None:
        words = ["slurm", WEIR, "--chunk", "5"]
        told = self.finish(self.cluster(SWEEP, *words), 75)[1]
        script = self.array() / "array.sh"
        self.assertEqual(told, f"weir: 24 tasks to run: `sbatch {script.resolve()}`, then the same line again\n")
        edited = script.read_text().replace("\n# ", "\n#SBATCH --partition=mine\n# ")
        script.write_text(edited)
        self.assertEqual(self.finish(self.cluster(SWEEP, *words), 75)[1], told)
        self.assertEqual(script.read_text(), edited)
        # And it is what is submitted.
        self.assertEqual(self.finish(self.cluster(SWEEP, *words, "--submit"))[0], self.plain(SWEEP))
        self.assertEqual((self.slurm / "script-1").read_text(), edited)

    def test_a_second_line_waits_for_the_array_that_is_in_the_queue(self) -> None:
        (self.slurm / "hold").touch()
        words = ["slurm", WEIR, "--chunk", "5"]
        self.finish(self.cluster(SWEEP, *words), 75)
        # By hand, as the line says.
        subprocess.run(["sbatch", str((self.array() / "array.sh").resolve())], check=True, capture_output=True)
        before = {path: path.read_bytes() for path in self.array().iterdir()}
        errors = self.finish(self.cluster(SWEEP, *words), 75)[1]
        self.assertEqual(errors, "weir: job 1 has tasks of these and is in the queue: the same line again when it is over\n")
        (self.slurm / "hold").unlink()
        child = self.cluster(SWEEP, *words, "--submit")
        assert child.stderr
        self.assertIn(b"waiting for job 1, which was submitted before", child.stderr.readline())
        self.assertEqual({path: path.read_bytes() for path in self.array().iterdir()}, before)
        (self.slurm / "over-1").touch()
        self.assertEqual(self.finish(child)[0], self.plain(SWEEP))
        self.assertEqual((self.slurm / "cancelled").read_text().split(), ["2"], "what it did not submit it does not cancel")

    def test_an_array_that_is_submitted_by_hand_once_more_is_not_run_beside(self) -> None:
        (self.slurm / "hold").touch()
        words = ["slurm", WEIR, "--chunk", "5"]
        self.finish(self.cluster(SWEEP, *words), 75)
        for job in (1, 2):
            subprocess.run(["sbatch", str((self.array() / "array.sh").resolve())], check=True, capture_output=True)
            errors = self.finish(self.cluster(SWEEP, *words), 75)[1]
            self.assertIn(f"weir: job {job} has tasks of these and is in the queue", errors)
            # As when its time was up: nothing has come of it.
            (self.slurm / f"over-{job}").touch()
            self.assertIn("`sbatch ", self.finish(self.cluster(SWEEP, *words), 75)[1])

    def test_what_is_missing_later_gets_an_array_of_its_own(self) -> None:
        self.finish(self.cluster(SWEEP, "slurm", WEIR, "--submit"))
        script = (self.array() / "array.sh").read_text()
        names = self.results()
        (self.place / "t" / "results" / f"{names[0]}.result").write_bytes(b"a b \xff\xfe")
        (self.place / "t" / "results" / f"{names[1]}.result").unlink()
        out, errors = self.finish(self.cluster(SWEEP, "slurm", WEIR, "--submit", "--chunk", "1"))
        self.assertEqual(out, self.plain(SWEEP))
        self.assertIn(f"{names[0]}.result: it is damaged", errors)
        self.assertEqual((self.array() / "array.sh").read_text(), script)
        self.assertEqual(len(list(self.array(2).glob("chunk-*"))), 2)

    def test_a_damaged_result_is_not_counted_as_one(self) -> None:
        self.assertEqual(self.weir(*SWEEP, "--tasks", "t").returncode, 75)
        folder = Folder(self.place / "t")
        job = Job(folder, folder.open(), WEIR, None)
        finished = Finished(job)
        self.weir("task", *(f"t/tasks/{task.name}.task" for task in job.tasks[:3]))
        folder.result_file(job.tasks[0].name).write_bytes(b"a b \xff\xfe")
        folder.result_file(job.tasks[1].name).write_bytes(folder.result_file(job.tasks[2].name).read_bytes())
        self.assertEqual(finished.count(), 1)
        self.weir("task", f"t/tasks/{job.tasks[0].name}.task")
        self.assertEqual(finished.count(), 2)

    def test_any_name_of_a_directory(self) -> None:
        self.place = self.place / "a 'b' \"c\" 100% $d#"
        self.place.mkdir()
        (self.place / "s.yaml").write_text((self.place.parent / "s.yaml").read_text())
        told = self.finish(self.cluster(SWEEP, "slurm", WEIR, "--chunk", "20"), 75)[1]
        line = told.split("`")[1]
        subprocess.run(["bash", "-c", line], check=True, capture_output=True)
        self.assertEqual(len(self.results()), 24)
        line = next(line for line in (self.array() / "array.sh").read_text().splitlines() if "--output" in line)
        self.assertTrue(line.endswith("""/a 'b' "'"'"c"'"'" 100%% $d#/t/slurm/1/log-%a\""""), line)

    def test_slurm_that_is_not_there_is_told_in_a_line(self) -> None:
        os.environ["PATH"] = "/none"
        errors = self.finish(self.cluster(SWEEP, "slurm", WEIR, "--submit", "--chunk", "9"), 1)[1]
        self.assertEqual(errors.count("\n"), 1)
        self.assertIn("cannot run s", errors)
        # The script alone needs no Slurm.
        self.finish(self.cluster(SWEEP, "slurm", WEIR, "--chunk", "9"), 75)


class BadSlurmTests(SlurmCase, BadCase):
    """The same faults as on Dask, the same words and codes."""

    def bad(self, position: int, *options: str) -> None:
        self.assertEqual(self.weir(*SWEEP, "--tasks", "t").returncode, 75)
        name = Folder(self.place / "t").open()[position].name
        binary = self.faulty_weir(name, "echo 'weir: broken' >&2; exit 65")
        errors = self.finish(self.cluster(SWEEP, "slurm", binary, "--submit", *options), 65)[1]
        self.assertIn("weir: broken\nrun it by hand: ", errors)
        self.check(name, errors)

    def test_the_first_task_is_bad(self) -> None:
        self.bad(0)

    def test_another_task_is_bad(self) -> None:
        self.bad(7, "--chunk", "1")


if __name__ == "__main__":
    unittest.main()
