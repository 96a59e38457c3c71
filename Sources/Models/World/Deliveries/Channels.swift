internal import Experiment
internal import KinesisCore
internal import Pricing
internal import Simulation
internal import Units

/// The room of managed deliveries: the core's machines, driven from what streams accept.
struct Channels: Sendable {
  /// A channel at work.
  private struct Running: Sendable {
    let stream: Int
    var channel: DeliveryChannel
    /// The wake that is scheduled.
    var wakesAt: Instant?
    var result: ChannelResult
  }

  private var channels: [Running]
  private let specs: [ChannelSpec]
  /// What a channel has just delivered; empty between calls.
  private var delivered: [DeliveryChannel.Batch] = []

  init(_ experiment: Experiment) {
    specs = experiment.channels
    channels = specs.map { spec in
      Running(
        stream: spec.stream, channel: DeliveryChannel(to: spec.destination, freshness: spec.freshness),
        result: ChannelResult(name: spec.name))
    }
  }

  /// Records that a stream has just stored.
  mutating func gather(_ records: Int64, bytes: Int64, of stream: Int, _ calendar: inout Calendar) {
    for index in channels.indices where channels[index].stream == stream {
      channels[index].channel.step(.init(records: records, bytes: bytes), at: calendar.now, into: &delivered)
      follow(index, &calendar)
    }
  }

  /// A channel's deadline, perhaps.
  mutating func wake(_ index: Int, _ calendar: inout Calendar) {
    channels[index].wakesAt = nil
    channels[index].channel.wake(at: calendar.now, into: &delivered)
    follow(index, &calendar)
  }

  /// Counts what was delivered, and sees to it that the next deadline is met.
  private mutating func follow(_ index: Int, _ calendar: inout Calendar) {
    for batch in delivered {
      channels[index].result.records += batch.records
      channels[index].result.bytes += Bytes(batch.bytes)
      channels[index].result.deliveries += 1
      channels[index].result.largest = max(channels[index].result.largest, Bytes(batch.bytes))
      channels[index].result.freshness = max(channels[index].result.freshness, batch.waited)
    }
    delivered.removeAll(keepingCapacity: true)
    guard channels[index].wakesAt == nil, let due = channels[index].channel.deadline else { return }
    precondition(due > calendar.now, "a channel that does not deliver when it is due")
    channels[index].wakesAt = due
    calendar.schedule(RunEvent(.deliver, index), at: due, .release)
  }

  /// What they came to. Traps when a record was delivered twice or not at all: accepted = delivered + held.
  func results(_ endpoint: borrowing Endpoint, at instant: Instant) -> [ChannelResult] {
    channels.indices.map { index in
      var result = channels[index].result
      let held = channels[index].channel.held
      (result.heldRecords, result.heldBytes) = (held.records, Bytes(held.bytes))
      // What is held has waited so long already, and will wait longer.
      if let since = channels[index].channel.since { result.freshness = max(result.freshness, instant - since) }
      let accepted = endpoint[channels[index].stream].stored
      precondition(result.records + result.heldRecords == accepted, "a channel lost or doubled a record")
      return result
    }
  }

  /// What they used that has a price.
  var use: [ChannelUse] { zip(specs, channels).map { $0.use(bytes: Int128($1.result.bytes.count)) } }
}
