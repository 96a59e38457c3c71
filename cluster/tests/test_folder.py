"""Chunks, and files that are whole or none."""

from __future__ import annotations

import hashlib
import pathlib
import tempfile
import unittest

from weir_cluster.folder import Chunks, Folder, Task, body

TASKS = [Task("d", number, f"n{number}") for number in range(100)]


class ChunkTests(unittest.TestCase):
    def test_one_task_each_while_nobody_knows_how_long_one_takes(self) -> None:
        chunks = Chunks(TASKS)
        self.assertEqual([len(chunks.take(4)) for _ in range(3)], [1, 1, 1])

    def test_at_least_thirty_seconds_of_work_once_that_is_known(self) -> None:
        chunks = Chunks(TASKS)
        chunks.note(tasks=4, seconds=20)
        self.assertEqual(len(chunks.take(2)), 6)

    def test_smaller_ones_only_where_workers_would_stand_idle(self) -> None:
        chunks = Chunks(TASKS)
        chunks.note(tasks=1, seconds=0.1)
        self.assertEqual(len(chunks.take(5)), 20)

    def test_every_task_is_in_one_chunk(self) -> None:
        chunks, seen = Chunks(TASKS), []
        while part := chunks.take(3):
            seen += part
            chunks.note(len(part), 2.0 * len(part))
        self.assertEqual(seen, TASKS)

    def test_an_array_has_no_more_elements_than_it_may(self) -> None:
        chunks = Chunks(TASKS)
        chunks.note(tasks=1, seconds=60)
        parts = list(chunks.all(slots=1, most=30))
        self.assertEqual([len(part) for part in parts], [4] * 25)
        self.assertEqual(sum(parts, []), TASKS)


class FileTests(unittest.TestCase):
    def test_a_file_that_was_cut_off_or_changed_is_none(self) -> None:
        whole = b"weir.result/v1 0.1.0 " + hashlib.sha256(b"{}").hexdigest().encode() + b"\n{}"
        self.assertEqual(body(whole), b"{}")
        for bad in (whole[:-1], whole[:-1] + b"]", b"", b"{}", whole.partition(b"\n")[0]):
            self.assertIsNone(body(bad))

    def test_a_result_that_is_there_stays_and_no_half_written_name_is_left(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            folder = Folder(pathlib.Path(place))
            (folder.path / "results").mkdir()
            whole = b"weir.result/v1 0.1.0 " + hashlib.sha256(b"1").hexdigest().encode() + b"\n1"
            folder.keep("a", whole)
            folder.keep("a", b"other")
            self.assertEqual([path.name for path in (folder.path / "results").iterdir()], ["a.result"])
            self.assertEqual(folder.result_file("a").read_bytes(), whole)


if __name__ == "__main__":
    unittest.main()
