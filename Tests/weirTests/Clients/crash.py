"""Kills a server with a data directory under load and looks for what it had acknowledged. crash.py WEIR DIRECTORY [SECONDS]

Three rounds, or as many as begin within so many seconds."""
import os
import signal
import subprocess
import sys
import threading
import time

WEIR, DIRECTORY = sys.argv[1:3]
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 0


def start(prefix=""):
    command = f"{prefix} exec '{WEIR}' serve --port 0 --data '{DIRECTORY}' --state-delay 0s --no-limits"
    server = subprocess.Popen(["/bin/bash", "-c", command], stdout=subprocess.PIPE, text=True)
    return server, server.stdout.readline().split()[-1]


server, url = start()
sys.argv[1] = url
import common  # noqa: E402  (it takes the URL from the arguments)
from botocore.exceptions import BotoCoreError, ClientError  # noqa: E402


def connect(url):
    common.URL = url
    return common.client()


acknowledged = {}
lock = threading.Lock()


def write(kinesis, name, enough):
    """Puts until the server is gone; what is acknowledged is noted before the next call."""
    number = 0
    try:
        while True:
            entries = [{"Data": b"%s-%d-%d" % (name.encode(), number, i), "PartitionKey": f"{i}"} for i in range(10)]
            rows = kinesis.put_records(StreamName="s", Records=entries)["Records"]
            with lock:
                acknowledged.update({row["SequenceNumber"]: (row["ShardId"], entry["Data"]) for row, entry in zip(rows, entries)})
            number += 1
            if number == 20:
                enough.release()
    except (BotoCoreError, ClientError, OSError):
        enough.release()


def stored(kinesis):
    """All that is there: sequence number to shard and data, each once and in order."""
    found = {}
    for shard in ("shardId-000000000000", "shardId-000000000001"):
        iterator = kinesis.get_shard_iterator(StreamName="s", ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        last = 0
        while True:
            page = kinesis.get_records(ShardIterator=iterator)
            for row in page["Records"]:
                assert int(row["SequenceNumber"]) > last, "out of order, or twice"
                last = int(row["SequenceNumber"])
                found[row["SequenceNumber"]] = (shard, row["Data"])
            if not page["Records"]:
                break
            iterator = page["NextShardIterator"]
    assert len(set(found.values())) == len(found), "a record is there twice"
    return found


kinesis = connect(url)
kinesis.create_stream(StreamName="s", ShardCount=2)
common.active(kinesis, "s")
round, end = 0, time.monotonic() + SECONDS
while round < 3 or time.monotonic() < end:
    enough = threading.Semaphore(0)
    writers = [threading.Thread(target=write, args=(connect(url), f"{round}-{w}", enough)) for w in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        enough.acquire()
    server.send_signal(signal.SIGKILL)
    server.wait()
    for writer in writers:
        writer.join()
    server, url = start()
    kinesis = connect(url)
    found = stored(kinesis)
    missing = {number: row for number, row in acknowledged.items() if found.get(number) != row}
    assert not missing, f"{len(missing)} acknowledged records are lost"
    round += 1
    assert len(acknowledged) >= 400 * round
print(f"{round} times killed, {len(acknowledged)} records acknowledged, none lost, repeated or out of order")
server.terminate()
assert server.wait() == 0

# A disk that is full: a clear error, nothing half done; then service again.
size = os.path.getsize(os.path.join(DIRECTORY, "calls.log"))
server, url = start(f"trap '' XFSZ; ulimit -f {size // 1024 + 64};")
kinesis = connect(url)
before = stored(kinesis)
accepted, text = 0, ""
while not text:
    try:
        kinesis.put_record(StreamName="s", Data=b"x" * 20_000 + b"%d" % accepted, PartitionKey="k")
        accepted += 1
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InternalFailureException", error
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        text = error.response["Error"]["Message"]
assert "cannot be written" in text, text
assert len(stored(kinesis)) == len(before) + accepted and accepted > 0
server.terminate()
server.wait()
server, url = start()
kinesis = connect(url)
assert len(stored(kinesis)) == len(before) + accepted
kinesis.put_record(StreamName="s", Data=b"again", PartitionKey="k")
assert len(stored(kinesis)) == len(before) + accepted + 1
server.terminate()
assert server.wait() == 0
print("done")
