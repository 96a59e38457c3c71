/// A trace in Perfetto's binary form (protos/perfetto/trace/trace.proto): tracks with counters, and with slices that nest.
struct Perfetto: Sendable {
  /// What a counter counts.
  enum Unit: UInt64 {
    case unspecified = 0, count = 2, bytes = 3
  }

  private var packets: [UInt8] = []
  private var tracks: UInt64 = 0
  private var isBegun = false

  /// The trace so far.
  var bytes: [UInt8] { packets }

  // MARK: Tracks

  /// A track that others stand under.
  mutating func group(_ name: String, under parent: UInt64? = nil) -> UInt64 { track(name, under: parent) { _ in } }

  /// A track whose events are values.
  mutating func counter(_ name: String, _ unit: Unit, named unitName: String? = nil, under parent: UInt64) -> UInt64 {
    track(name, under: parent) { descriptor in
      var counter = Message()
      counter.add(3, unit.rawValue)
      if let unitName { counter.add(6, unitName) }
      descriptor.add(8, counter)
    }
  }

  private mutating func track(_ name: String, under parent: UInt64?, _ more: (inout Message) -> Void) -> UInt64 {
    tracks += 1
    var descriptor = Message()
    descriptor.add(1, tracks)
    descriptor.add(2, name)
    if let parent { descriptor.add(5, parent) }
    more(&descriptor)
    add(at: nil) { $0.add(60, descriptor) }
    return tracks
  }

  // MARK: Events, in order of time on each track

  /// A counter's value from an instant on, in nanoseconds.
  mutating func value(_ value: Double, on track: UInt64, at nanoseconds: Int64) {
    event(4, on: track, at: nanoseconds) { $0.add(44, value) }
  }

  /// Something that lasts; slices of one track must nest.
  mutating func slice(
    _ name: String, _ notes: [(String, String)], on track: UInt64, from: Int64, to: Int64
  ) {
    event(1, on: track, at: from) { $0.describe(name, notes) }
    event(2, on: track, at: max(from, to)) { _ in }
  }

  /// Something that happens.
  mutating func instant(_ name: String, _ notes: [(String, String)], on track: UInt64, at nanoseconds: Int64) {
    event(3, on: track, at: nanoseconds) { $0.describe(name, notes) }
  }

  private mutating func event(
    _ type: UInt64, on track: UInt64, at nanoseconds: Int64, _ more: (inout Message) -> Void
  ) {
    var event = Message()
    event.add(9, type)
    event.add(11, track)
    more(&event)
    add(at: nanoseconds) { $0.add(11, event) }
  }

  private mutating func add(at nanoseconds: Int64?, _ more: (inout Message) -> Void) {
    var packet = Message()
    if let nanoseconds { packet.add(8, UInt64(max(0, nanoseconds))) }
    packet.add(10, UInt64(1))
    // The first packet of a sequence clears what readers know of it.
    if !isBegun { packet.add(13, UInt64(1)) }
    isBegun = true
    more(&packet)
    var trace = Message()
    trace.add(1, packet)
    packets += trace.bytes
  }

  /// A protobuf message: field by field, varints, doubles and what has a length.
  struct Message: Sendable {
    fileprivate private(set) var bytes: [UInt8] = []

    mutating func add(_ field: UInt64, _ value: UInt64) {
      varint(field << 3)
      varint(value)
    }

    mutating func add(_ field: UInt64, _ value: Double) {
      varint(field << 3 | 1)
      for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64(place)))) }
    }

    mutating func add(_ field: UInt64, _ text: String) { add(field, Array(PlainText.visible(text).utf8)) }
    mutating func add(_ field: UInt64, _ message: Message) { add(field, message.bytes) }

    private mutating func add(_ field: UInt64, _ content: [UInt8]) {
      varint(field << 3 | 2)
      varint(UInt64(content.count))
      bytes += content
    }

    private mutating func varint(_ value: UInt64) {
      var rest = value
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }

    /// A track event's name, and what a reader sees beside it.
    fileprivate mutating func describe(_ name: String, _ notes: [(String, String)]) {
      add(23, name)
      for (key, value) in notes {
        var note = Message()
        note.add(10, key)
        note.add(6, value)
        add(4, note)
      }
    }
  }
}
