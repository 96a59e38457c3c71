"""What the scripts of delivery streams share: a server with a data directory that may be started again, and clients of it."""
import os
import subprocess

import boto3
from botocore.config import Config


def start(weir, directory, keys, *options):
    """A server that signs with these keys: the process, a client of Firehose, and one of Kinesis."""
    server = subprocess.Popen(
        [weir, "serve", "--port", "0", "--data", directory, "--state-delay", "0s", "--no-limits", *options],
        stdout=subprocess.PIPE, text=True,
        env={**os.environ, "AWS_ACCESS_KEY_ID": keys.access_key, "AWS_SECRET_ACCESS_KEY": keys.secret_key, "AWS_SESSION_TOKEN": keys.token})
    url = server.stdout.readline().split()[-1]
    known = dict(
        endpoint_url=url, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret",
        config=Config(retries={"max_attempts": 0}, read_timeout=120))
    return server, boto3.client("firehose", **known), boto3.client("kinesis", **known)
