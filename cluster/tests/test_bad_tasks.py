"""Bad tasks on Dask are named, alone."""

from __future__ import annotations

import unittest

from weir_cluster.folder import Folder

from .support import SWEEP, BadCase


class BadTaskTests(BadCase):
    def test_what_kills_its_worker_is_found_alone(self) -> None:
        name, binary = self.faulty("kill -9 $PPID; sleep 1; exit 1")
        self.check(name, self.finish(self.cluster(SWEEP, "dask", binary), 1)[1])

    def test_what_a_signal_ends_is_found_alone(self) -> None:
        name, binary = self.faulty("kill -9 $$")
        errors = self.finish(self.cluster(SWEEP, "dask", binary), 1)[1]
        self.assertIn("signal 9 ended it", errors)
        self.check(name, errors)

    def test_a_bad_task_ends_with_weirs_own_words(self) -> None:
        name, _ = self.faulty("true")
        design = Folder(self.place / "t").design_file(Folder(self.place / "t").task(name).design)
        with self.subTest("a task whose design is damaged while the round is under way"):
            _, binary = self.faulty(f"echo broken > {design}")
            errors = self.finish(self.cluster(SWEEP, "dask", binary, "--chunk", "1"), 65)[1]
            self.assertIn(f"{design.name}: it is damaged; the command that made it writes it again", errors)
            self.assertNotIn("Traceback", errors)
        # And the same line again puts it right.
        self.assertEqual(self.finish(self.cluster(SWEEP))[0], self.plain(SWEEP))
        self.assertIn(name, self.results())


if __name__ == "__main__":
    unittest.main()
