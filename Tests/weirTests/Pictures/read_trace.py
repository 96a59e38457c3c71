"""Reads a trace with the format's own bindings: tracks have parents, times do not go back, slices of a track nest and end, counters
have values."""

import sys
from collections import defaultdict

from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace, TrackEvent

trace = Trace()
with open(sys.argv[1], "rb") as file:
    trace.ParseFromString(file.read())
names, parents, latest, open_slices = {}, {}, defaultdict(int), defaultdict(list)
counts: dict[str, int] = defaultdict(int)
for packet in trace.packet:
    assert packet.trusted_packet_sequence_id == 1
    if packet.HasField("track_descriptor"):
        track = packet.track_descriptor
        names[track.uuid] = track.name
        if track.HasField("parent_uuid"):
            assert track.parent_uuid in names, f"{track.name} stands under nothing"
            parents[track.uuid] = track.parent_uuid
        continue
    event = packet.track_event
    assert event.track_uuid in names, "an event of no track"
    assert packet.timestamp >= latest[event.track_uuid], f"time goes back on {names[event.track_uuid]}"
    latest[event.track_uuid] = packet.timestamp
    kind = TrackEvent.Type.Name(event.type)
    counts[kind] += 1
    if kind == "TYPE_SLICE_BEGIN":
        open_slices[event.track_uuid].append(event.name)
        assert event.name
    elif kind == "TYPE_SLICE_END":
        assert open_slices[event.track_uuid], f"a slice of {names[event.track_uuid]} ends that did not begin"
        open_slices[event.track_uuid].pop()
    elif kind == "TYPE_COUNTER":
        assert event.HasField("double_counter_value")
assert not any(open_slices.values()), f"open at the end: {open_slices}"
assert counts["TYPE_COUNTER"] > 100 and counts["TYPE_SLICE_BEGIN"] >= 1, dict(counts)
assert len(parents) > 5
print("\n".join(sorted(set(names.values()))))
