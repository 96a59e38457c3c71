"""Queues with boto3: create, receive by long poll, acknowledge, dead letters, restore, delete."""
import threading
from common import *

kinesis = client()
kinesis.create_stream(StreamName="jobs", StreamModeDetails={"StreamMode": "ON_DEMAND"})
arn = active(kinesis, "jobs")
queue = kinesis.create_queue(
    QueueName="work", StreamConfigurationList=[{"StreamARN": arn}],
    QueueAttributes={"VisibilityTimeoutSeconds": 600, "DeadLetterConfiguration": {"TargetType": "BUILT_IN", "MaxReceiveCount": 2}},
)["QueueDescription"]["QueueARN"]


def status():
    time.sleep(0.3)  # DescribeQueue takes five calls a second.
    return kinesis.describe_queue(QueueARN=queue)["QueueDescription"]["QueueStatus"]


until(lambda: status() == "ACTIVE", "the queue becomes ACTIVE")


def receive(call=kinesis.receive_queue_records):
    rows = []
    while not rows:
        rows = call(QueueARN=queue, WaitTimeSeconds=20)["QueueRecords"]
    return rows


# A receive waits for a record that is put meanwhile.
writer = client()
threading.Timer(0.2, lambda: writer.put_record(StreamName="jobs", Data=b"good", PartitionKey="k")).start()
[row] = receive()
assert (row["Data"], row["PartitionKey"], row["ReceiveCount"]) == (b"good", "k", 1), row
answer = kinesis.acknowledge_queue_records(
    QueueARN=queue, Entries=[{"ReceiptHandle": row["ReceiptHandle"]}, {"ReceiptHandle": "unknown"}])
assert [e["ReceiptHandle"] for e in answer["Successful"]] == [row["ReceiptHandle"]]
assert [e["ErrorCode"] for e in answer["Failed"]] == ["InvalidArgumentException"]
assert kinesis.receive_queue_records(QueueARN=queue, WaitTimeSeconds=1)["QueueRecords"] == []

# Failed twice, a record is a dead letter; restored, it begins anew.
writer.put_record(StreamName="jobs", Data=b"bad", PartitionKey="k")
for count in (1, 2):
    [row] = receive()
    assert (row["Data"], row["ReceiveCount"]) == (b"bad", count), row
    kinesis.update_queue_records_visibility(
        QueueARN=queue, Entries=[{"ReceiptHandle": row["ReceiptHandle"], "VisibilityTimeoutSeconds": 0}])
[dead] = receive(kinesis.receive_dead_letter_queue_records)
assert (dead["Data"], dead["RecordId"]) == (b"bad", row["RecordId"]), dead
restored = kinesis.restore_dead_letter_queue_records(QueueARN=queue, Entries=[{"ReceiptHandle": dead["ReceiptHandle"]}])
assert len(restored["Successful"]) == 1 and not restored["Failed"], restored
[row] = receive()
assert row["ReceiveCount"] == 1, row

# Who waits while the queue is deleted is told so.
told = []


def wait():
    try:
        told.append(client().receive_queue_records(QueueARN=queue, WaitTimeSeconds=20))
    except ClientError as error:
        told.append(error.response["Error"]["Code"])


waiting = threading.Thread(target=wait)
waiting.start()
time.sleep(0.5)
kinesis.delete_queue(QueueARN=queue)
waiting.join()
assert told == ["ResourceNotFoundException"], told
print("done")
