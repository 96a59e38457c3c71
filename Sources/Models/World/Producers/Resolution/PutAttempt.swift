internal import KinesisCore
internal import Simulation
internal import Units

/// Equal records of one call that reach a shard together: for the first time, or once more.
struct PutAttempt {
  var at: Instant
  var count: Int32, size: Int32
  /// Which of the stream's writers sends it, and the how many-th try it is.
  var writer: Int32, number: Int32 = 1
  /// Between when they were born, and half the call's round trip.
  var bornFrom: Instant, bornTo: Instant, half: Interval
  /// How many records were expected in its call, of which one waited for all of the window.
  var expected = 1.0

  /// The first of its records, which were born first and are stored, and the others.
  func parted(after count: Int32) -> (stored: PutAttempt, refused: PutAttempt) {
    var (first, rest) = (self, self)
    (first.count, rest.count) = (count, self.count - count)
    let born = (bornTo - bornFrom).nanoseconds / Int64(max(1, self.count)) * Int64(count)
    first.bornTo = bornFrom + Interval(nanoseconds: born)
    rest.bornFrom = first.bornTo
    return (first, rest)
  }

  /// The same records one by one, born at these instants, the first first; each of a size that is drawn.
  func one(by births: [Instant], size: () -> Int32) -> [PutAttempt] {
    births.map { birth in
      var single = self
      (single.count, single.size, single.bornFrom, single.bornTo, single.expected) = (
        1, size(), birth, birth, .infinity
      )
      return single
    }
  }

  /// When its records were born, the first first: anywhere in its window, but for the one sure record of its call, if that is
  /// among them, with which the window began.
  func births(drawing draws: inout RandomStream) -> [Instant] {
    let isFirstHere = draws.uniform() * expected < Double(count), others = isFirstHere ? count - 1 : count
    var births = isFirstHere ? [bornFrom] : [], at = 0.0
    var gaps = (0...others).map { _ in draws.exponential() }
    let scale = Double((bornTo - bornFrom).nanoseconds) / gaps.reduce(0, +)
    gaps.removeLast()
    for gap in gaps {
      at += gap * scale
      births.append(bornFrom + Interval(nanoseconds: Int64(at)))
    }
    return births
  }

  /// How long its records would have taken, had they been stored at the first attempt.
  var law: Pulse.Law {
    let trip = Interval(nanoseconds: half.nanoseconds * 2), late = at - half - bornTo
    return Pulse.Law(
      records: Double(count), calls: Double(count) / expected, window: bornTo - bornFrom, trip: trip + late)
  }
}

extension RecordArrival {
  /// Records of so many bytes together, as equal as whole bytes allow.
  static func even(_ count: Int64, _ bytes: Int64, at instant: Instant) -> [RecordArrival] {
    let size = bytes / count, larger = bytes - size * count
    return [(count - larger, size), (larger, size + 1)].filter { $0.0 > 0 }
      .map { RecordArrival(at: instant, count: Int32($0.0), size: Int32($0.1)) }
  }
}
