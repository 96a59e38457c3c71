"""Chunks, and files that are whole or none."""

from __future__ import annotations

import hashlib
import json
import pathlib
import tempfile
import unittest

from weir_cluster.folder import Chunks, Folder, Sealed, Task, opened, usable

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


def sealed(fields: object, name: str = "a", kind: str = "weir.result/v1", version: str = "0.1.0") -> bytes:
    body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    return f"{kind} {version} {hashlib.sha256(body).hexdigest()} {name}\n".encode() + body


RESULT = {"replication": 3, "values": [1, None], "verdicts": [{}], "causes": [None]}
TASK = Task("d", 3, "a", b"0.1.0", figures=2, objectives=1)


class FileTests(unittest.TestCase):
    def test_a_file_that_was_cut_off_or_changed_is_none(self) -> None:
        whole = sealed(b"{}", kind="weir.task/v1")
        self.assertEqual(opened(whole), Sealed(b"weir.task/v1", b"0.1.0", b"a", b"{}"))
        for bad in (whole[:-1], whole[:-1] + b"]", b"", b"{}", whole.partition(b"\n")[0], b"a b \xff\xfe", b"a b \xff\xfe c\n"):
            self.assertIsNone(opened(bad))

    def test_a_result_is_used_only_where_it_is_the_tasks_own(self) -> None:
        self.assertTrue(usable(sealed(RESULT), TASK))
        others = [
            sealed(RESULT, name="b"), sealed(RESULT, version="0.0.9"), sealed(RESULT, kind="weir.task/v1"),
            sealed({"replication": 3}), sealed(RESULT | {"replication": 4}), sealed(RESULT | {"values": [1]}),
            sealed(RESULT | {"verdicts": []}), sealed(RESULT | {"causes": 7}), sealed([]), sealed(b"\xff"), b"a b \xff\xfe",
        ]
        for other in others:
            self.assertFalse(usable(other, TASK), other)

    def test_a_result_that_is_there_stays_and_no_half_written_name_is_left(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            folder = Folder(pathlib.Path(place))
            (folder.path / "results").mkdir()
            folder.result_file("a").write_bytes(b"a b \xff\xfe")
            folder.keep(TASK, b"other")
            self.assertFalse(folder.has_result(TASK))
            folder.keep(TASK, sealed(RESULT))
            folder.keep(TASK, sealed(RESULT | {"values": [2, 2]}))
            self.assertEqual([path.name for path in (folder.path / "results").iterdir()], ["a.result"])
            self.assertEqual(folder.result_file("a").read_bytes(), sealed(RESULT))


if __name__ == "__main__":
    unittest.main()
