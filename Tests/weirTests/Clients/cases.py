"""The conformance cases of Tests/ServerTests/Cases, over HTTP: each against a server of its own, on a virtual clock.
cases.py WEIR FOLDER"""
import http.client
import json
import os
import subprocess
import sys
import urllib.parse

WEIR, FOLDER = sys.argv[1:3]


def matches(found, wanted, kept):
    """As CaseTests.swift has it: of an answer only what a case names is held against it."""
    if wanted == "*":
        return found is not None
    if isinstance(wanted, str) and wanted.startswith("$"):
        return kept.setdefault(wanted, found) == found and found is not None
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(matches(f, w, kept) for f, w in zip(found, wanted))
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(matches(found.get(name), value, kept) for name, value in wanted.items())
    return found == wanted


def fill(value, kept):
    if isinstance(value, str) and value.startswith("$"):
        return kept.get(value, value)
    if isinstance(value, list):
        return [fill(element, kept) for element in value]
    if isinstance(value, dict):
        return {name: fill(element, kept) for name, element in value.items()}
    return value


def play(steps, peer):
    kept = {}

    def ask(path, headers, body):
        peer.request("POST", path, body=body, headers=headers)
        reply = peer.getresponse()
        return reply.status, reply.read()

    for number, step in enumerate(steps, 1):
        if "advance" in step:
            assert ask("/_weir/clock/advance", {}, json.dumps({"seconds": step["advance"]}))[0] == 200
            continue
        headers = {"X-Amz-Target": f"Kinesis_20131202.{step['call']}", "Content-Type": "application/x-amz-json-1.1"}
        status, body = ask("/", headers, step.get("raw") or json.dumps(fill(step.get("in", {}), kept), ensure_ascii=False).encode())
        said = f"step {number}, {step['call']}: {status} {body!r}"
        if "error" in step:
            answer = json.loads(body)
            assert status == 400 and answer["__type"] == step["error"], said
            if "message" in step:
                assert answer.get("message", answer.get("Message")) == fill(step["message"], kept), said
            continue
        assert status == 200, said
        if "out" in step:
            assert matches(json.loads(body), step["out"], kept), said


names = sorted(name for name in os.listdir(FOLDER) if name.endswith(".json"))
assert len(names) >= 7, names
for name in names:
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        steps = json.load(file)
    server = subprocess.Popen([WEIR, "serve", "--port", "0", "--clock", "virtual"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        place = urllib.parse.urlsplit(server.stdout.readline().split()[-1])
        peer = http.client.HTTPConnection(place.hostname, place.port, timeout=120)
        try:
            play(steps, peer)
        except AssertionError as problem:
            raise AssertionError(f"{name}: {problem}") from None
        peer.close()
        server.terminate()
        assert server.wait() == 0
    finally:
        server.kill()
print("done")
