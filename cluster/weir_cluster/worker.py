"""What runs on a Dask worker. It travels by value: a worker needs neither this package nor a file system of the driver's.

Only plain values go in and out: a class that travels by value is another class on the other side.
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
from typing import Any

Order = dict[str, Any]
Answer = dict[str, Any]


def digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(
            file.read()).hexdigest()


def cached(sha: str) -> pathlib.Path:
    """Where a binary that was taken from the driver lies."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(home) / "weir-cluster" / sha / "weir"


def find(sha: str, hint: str) -> str | None:
    """The binary with that SHA-256: where the driver has it, on the path, or as taken from the driver."""
    for path in (hint, shutil.which("weir"), str(cached(sha))):
        if path and os.access(path, os.X_OK) and digest(path) == sha:
            return path
    return None


def install(sha: str, data: bytes) -> str:
    """Takes the binary from the driver; it appears whole or not at all. Says why it cannot be run then; nothing where it can."""
    path = cached(sha)
    try:
        put(path, data, 0o755)
    except OSError as error:
        return f"{path}: {error.strerror}; XDG_CACHE_HOME names another directory"
    if os.access(path, os.X_OK) and digest(str(path)) == sha:
        return ""
    return f"{path}: programs there may not be run; XDG_CACHE_HOME names another directory"


def put(path: pathlib.Path, data: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(part, mode)
        os.replace(part, path)
    except OSError:
        os.unlink(part)
        raise


def is_shared(folder: str, job: str) -> bool:
    """Whether the driver's directory is here too, as the same command's."""
    try:
        return digest(os.path.join(folder, "job")) == job
    except OSError:
        return False


def run(order: Order) -> Answer:
    """Runs tasks; never raises for a bad one. Results go into the driver's directory where that is here, else they travel."""
    binary = find(order["sha"], order["binary"])
    if binary is None:
        return {"needs": "binary"}
    begun = time.monotonic()
    if is_shared(order["folder"], order["job"]):
        code, errors = watch(command(binary, order["folder"], order["tasks"]))
        return {"code": code, "errors": errors, "seconds": time.monotonic() - begun, "results": {}}
    if "files" not in order:
        return {"needs": "files"}
    with tempfile.TemporaryDirectory(prefix="weir-") as folder:
        for name, data in order["files"].items():
            put(pathlib.Path(folder) / name, data, 0o644)
        if not all([take(folder, name, sha, order["contents"].get(name)) for name, sha in order["inputs"].items()]):
            return {"needs": "inputs"}
        results = pathlib.Path(folder) / "results"
        results.mkdir()
        code, errors = watch(command(binary, folder, order["tasks"]))
        found = {path.stem: path.read_bytes() for path in results.glob("*.result")}
    return {"code": code, "errors": errors.replace(folder, order["folder"]), "seconds": time.monotonic() - begun,
            "results": found}


def take(folder: str, name: str, sha: str, data: bytes | None) -> bool:
    """Lays what designs have beside them into a directory of tasks, as it came or as it is in the cache; false where it is in neither."""
    path = cached(sha).with_name("input")
    place = pathlib.Path(folder) / "inputs" / name
    try:
        if data is not None and not (path.exists() and digest(str(path)) == sha):
            put(path, data, 0o644)
        if digest(str(path)) == sha:
            place.parent.mkdir(exist_ok=True)
            place.symlink_to(path)
            return True
    except OSError:
        # Where nothing can be kept it travels with every chunk.
        pass
    if data is not None:
        put(place, data, 0o644)
    return data is not None


def command(binary: str, folder: str, tasks: list[str]) -> list[str]:
    words = [binary, "task", *(os.path.join(folder, "tasks", f"{name}.task") for name in tasks)]
    # Ends with the worker, however that ends; not through a shell, for it does not reach grandchildren.
    return ["setpriv", "--pdeathsig", "KILL", *words] if shutil.which("setpriv") else words


def watch(words: list[str]) -> tuple[int, str]:
    """Runs a command until it ends, or until this Dask task is cancelled or its worker closes: Dask stops no process."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()
    with tempfile.TemporaryFile() as errors:
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors) as child:
            while True:
                try:
                    code = child.wait(0.2)
                    break
                except subprocess.TimeoutExpired:
                    task = worker.state.tasks.get(key)
                    if task is None or task.state == "cancelled" or worker.status.name not in ("running", "paused"):
                        child.kill()
                        raise RuntimeError("cancelled") from None
        errors.seek(0)
        return code, errors.read()[-100_000:].decode(errors="replace")
