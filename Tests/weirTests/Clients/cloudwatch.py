"""The loop on one machine: put, get-metric-data (boto3, awscli), weir trace; and the journal's. cloudwatch.py URL WEIR BIN FOLDER"""
import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import boto3
from common import *

WEIR, BIN, FOLDER = sys.argv[2:5]
kinesis = client()
kinesis.create_stream(StreamName="orders", ShardCount=2)
advance(60 * 10**9)
start = datetime.fromtimestamp(advance(0)["now"], timezone.utc)
counts = [3, 40, 0, 7, 25]
for count in counts:
    for part in range(2):
        entries = [{"Data": b"x" * 100, "PartitionKey": f"key-{i % 7}"} for i in range(count)]
        if entries:
            assert kinesis.put_records(StreamName="orders", Records=entries)["FailedRecordCount"] == 0
        advance(30 * 10**9)
end = start + timedelta(minutes=6)

queries = [
    {"Id": f"m{i}", "Label": name, "MetricStat": {"Stat": "Sum", "Period": 60, "Metric": {
        "Namespace": "AWS/Kinesis", "MetricName": name, "Dimensions": [{"Name": "StreamName", "Value": "orders"}]}}}
    for i, name in enumerate(["IncomingRecords", "IncomingBytes", "WriteProvisionedThroughputExceeded"])]
cloudwatch = boto3.client(
    "cloudwatch", endpoint_url=URL, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")
answer = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampAscending")
records = answer["MetricDataResults"][0]
assert dict(zip(records["Timestamps"], records["Values"])) == {
    start + timedelta(minutes=i): 2.0 * count for i, count in enumerate(counts) if count}, records
statistics = cloudwatch.get_metric_statistics(
    Namespace="AWS/Kinesis", MetricName="IncomingRecords", Dimensions=[{"Name": "StreamName", "Value": "orders"}],
    StartTime=start, EndTime=end, Period=300, Statistics=["Sum", "SampleCount", "Maximum"])["Datapoints"]
assert sum(point["Sum"] for point in statistics) == 2 * sum(counts) and statistics[0]["Maximum"] == 40.0, statistics
refused(cloudwatch.get_metric_data, "ValidationError", MetricDataQueries=[{"Id": "e", "Expression": "m1*2"}], StartTime=start, EndTime=end)




session = boto3.session.Session()._session
model = session.get_service_model("cloudwatch")
from botocore.parsers import create_parser  # noqa: E402
from botocore.serialize import create_serializer  # noqa: E402
import urllib.parse  # noqa: E402

operation = model.operation_model("GetMetricData")
form = create_serializer("query").serialize_to_request(
    {"MetricDataQueries": queries, "StartTime": start, "EndTime": end, "ScanBy": "TimestampAscending"}, operation)
request = urllib.request.Request(
    URL, data=urllib.parse.urlencode(form["body"]).encode(), headers={"Content-Type": "application/x-www-form-urlencoded"})
with urllib.request.urlopen(request) as reply:
    body = {"body": reply.read(), "status_code": reply.status, "headers": dict(reply.headers)}
parsed = create_parser("query").parse(body, operation.output_shape)
assert parsed["MetricDataResults"] == answer["MetricDataResults"], parsed

command = [
    f"{BIN}/aws", "--endpoint-url", URL, "--region", "us-east-1", "cloudwatch", "get-metric-data", "--output", "json",
    "--start-time", start.isoformat(), "--end-time", end.isoformat(), "--metric-data-queries", json.dumps(queries)]
# Left alone, awscli v1 prints instants as CloudWatch's JSON has them, in seconds since 1970.
with open(f"{FOLDER}/config", "w") as file:
    file.write("[default]\ncli_timestamp_format = iso8601\n")
with open(f"{FOLDER}/cloudwatch.json", "w") as file:
    subprocess.run(command, stdout=file, check=True, env={
        "PATH": "/usr/bin:/bin", "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "HOME": FOLDER,
        "AWS_CONFIG_FILE": f"{FOLDER}/config"})
text = subprocess.run([WEIR, "trace", f"{FOLDER}/cloudwatch.json", "--shards", "2"], capture_output=True, text=True)
assert text.returncode == 0 and f"{2 * sum(counts)}" in text.stdout, text
print("done")
