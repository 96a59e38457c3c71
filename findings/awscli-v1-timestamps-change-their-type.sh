#!/usr/bin/env bash
# AWS CLI v1: `cloudwatch get-metric-data` printed dates under 1.43.0 and prints numbers under 1.46.3, for the same command.
#
# The CLI prints a timestamp as the wire had it (cli_timestamp_format = none). CloudWatch's model moved from the Query
# protocol, whose XML has ISO 8601 texts, to JSON and CBOR, whose timestamps are seconds since 1970. So an upgrade within v1
# changes a JSON type in scripts' input without a word in the command: "2026-11-26T10:00:00Z" becomes 1795687200.
# Whoever reads such exports has to take both.
#
# Seen: 1.43.0 a text, 1.46.3 a number, from one and the same server (moto 5.2.5).
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
export AWS_ACCESS_KEY_ID=example AWS_SECRET_ACCESS_KEY=example AWS_DEFAULT_REGION=us-east-1
python3 -m venv "$work/moto"
"$work/moto/bin/pip" install -q --disable-pip-version-check 'moto[server]==5.2.5' 'boto3==1.43.11'
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$work/moto/bin/moto_server" -H 127.0.0.1 -p "$port" >"$work/log" 2>&1 &
server=$!
for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.2; done
query='[{"Id":"m1","MetricStat":{"Metric":{"Namespace":"AWS/Kinesis","MetricName":"IncomingRecords"},"Period":60,"Stat":"Sum"}}]'
for version in 1.43.0 1.46.3; do
  python3 -m venv "$work/$version"
  "$work/$version/bin/pip" install -q --disable-pip-version-check "awscli==$version"
  aws() { "$work/$version/bin/aws" --endpoint-url "http://127.0.0.1:$port" "$@"; }
  aws cloudwatch put-metric-data --namespace AWS/Kinesis \
    --metric-data MetricName=IncomingRecords,Timestamp=2026-11-26T10:00:00Z,Value=7
  aws cloudwatch get-metric-data --start-time 2026-11-26T09:59:00Z --end-time 2026-11-26T10:05:00Z \
    --metric-data-queries "$query" >"$work/$version.json"
  python3 - "$version" "$work/$version.json" <<'PY'
import json, sys

stamp = json.load(open(sys.argv[2]))["MetricDataResults"][0]["Timestamps"][0]
print(f"awscli {sys.argv[1]}: {stamp!r}")
expected = {"1.43.0": str, "1.46.3": int}[sys.argv[1]]
assert isinstance(stamp, expected), "this has changed"
PY
done
