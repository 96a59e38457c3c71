internal import KinesisCore
internal import Simulation
internal import Units

/// A channel at work.
struct RunningChannel: Sendable {
  let stream: Int
  var channel: DeliveryChannel
  /// The wake that is scheduled.
  var wakesAt: Instant?
  var result: ChannelResult
}

/// Managed deliveries: the core's machines, driven from what streams accept.
extension Run {
  mutating func startChannels() {
    channels = experiment.channels.map { spec in
      RunningChannel(
        stream: spec.stream, channel: DeliveryChannel(to: spec.destination, freshness: spec.freshness),
        result: ChannelResult(name: spec.name))
    }
  }

  /// Records that a stream has just stored.
  mutating func gather(_ records: Int64, bytes: Int64, of stream: Int) {
    for index in channels.indices where channels[index].stream == stream {
      channels[index].channel.step(.init(records: records, bytes: bytes), at: now, into: &deliveries)
      followChannel(index)
    }
  }

  /// A channel's deadline, perhaps.
  mutating func wakeChannel(_ index: Int) {
    channels[index].wakesAt = nil
    channels[index].channel.wake(at: now, into: &deliveries)
    followChannel(index)
  }

  /// Counts what was delivered, and sees to it that the next deadline is met.
  private mutating func followChannel(_ index: Int) {
    for batch in deliveries {
      channels[index].result.records += batch.records
      channels[index].result.bytes += Bytes(batch.bytes)
      channels[index].result.deliveries += 1
      channels[index].result.largest = max(channels[index].result.largest, Bytes(batch.bytes))
      channels[index].result.freshness = max(channels[index].result.freshness, batch.waited)
    }
    deliveries.removeAll(keepingCapacity: true)
    guard channels[index].wakesAt == nil, let due = channels[index].channel.deadline else { return }
    precondition(due > now, "a channel that does not deliver when it is due")
    channels[index].wakesAt = due
    schedule(RunEvent(.deliver, index), at: due, .release)
  }

  /// Traps when a record was delivered twice or not at all: accepted = delivered + held.
  func channelResults() -> [ChannelResult] {
    channels.map { running in
      var result = running.result
      let held = running.channel.held
      (result.heldRecords, result.heldBytes) = (held.records, Bytes(held.bytes))
      let stored = account.streams[running.stream].shards.reduce(0) { $0 + $1.log.tip }
      precondition(result.records + result.heldRecords == stored, "a channel lost or doubled a record")
      return result
    }
  }
}
