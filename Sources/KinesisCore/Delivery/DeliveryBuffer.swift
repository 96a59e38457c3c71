internal import Units

/// Gathers records until they have a size or an age, whichever comes first (F§3.2).
///
/// It never holds more than its size and one record, and nothing longer than its interval. Its owner seals it when it is
/// full, or at `due`.
struct DeliveryBuffer: Sendable, Hashable {
  /// From when its age counts: nobody publishes it (F§3.2).
  enum Timer: Sendable, Hashable {
    /// From its first record.
    case firstRecord
    /// From a clock that runs whether there are records or not.
    case freeRunning(since: Instant)
  }

  /// Bytes at which it is full.
  var size: Int64
  let interval: Interval
  /// Records at which it is full.
  let mostRecords: Int64
  let timer: Timer
  private(set) var batch = DeliveryBatch()
  /// When it reaches its age; nil while it is empty.
  private(set) var due: Instant?

  init(size: Int64, interval: Interval, mostRecords: Int64 = .max, timer: Timer) {
    precondition(size > 0 && interval > .zero && mostRecords > 0, "a buffer that cannot fill")
    (self.size, self.interval, self.mostRecords, self.timer) = (size, interval, mostRecords, timer)
  }

  var isFull: Bool { batch.bytes >= size || batch.records >= mostRecords }

  /// Adds as many of the records as fill it; returns the others.
  mutating func add(_ parcel: DeliveryParcel, at now: Instant) -> DeliveryParcel? {
    if batch.isEmpty { due = deadline(from: now) }
    var rest = parcel
    let room = filling(parcel)
    guard room < parcel.records else {
      batch.append(parcel, grain: grain)
      return nil
    }
    batch.append(rest.cut(room), grain: grain)
    return rest
  }

  /// Takes out what it holds and starts anew.
  mutating func seal() -> DeliveryBatch {
    let sealed = batch
    batch = DeliveryBatch()
    due = nil
    return sealed
  }

  /// Takes out what came by a shard or channel.
  mutating func remove(origin: Int32) -> [DeliveryParcel] {
    let removed = batch.remove(origin: origin)
    if batch.isEmpty { due = nil }
    return removed
  }

  /// Freshness is told to the second; to the twentieth of one where the interval is short.
  private var grain: Interval { interval < .seconds(60) ? .milliseconds(50) : .seconds(1) }

  /// The fewest of the records that fill it, at least one.
  private func filling(_ parcel: DeliveryParcel) -> Int64 {
    let byRecords = mostRecords - batch.records
    guard parcel.bytes > 0 else { return byRecords }
    // The smallest n with ⌊n · bytes / records⌋ ≥ need.
    let need = size - batch.bytes
    guard need <= parcel.bytes else { return byRecords }
    let (quotient, remainder) = parcel.bytes.dividingFullWidth(need.multipliedFullWidth(by: parcel.records))
    return min(byRecords, max(1, quotient + (remainder > 0 ? 1 : 0)))
  }

  private func deadline(from now: Instant) -> Instant {
    switch timer {
    case .firstRecord: return now + interval
    case .freeRunning(let since):
      let rounds = (now - since).nanoseconds / interval.nanoseconds + 1
      return since + interval * rounds
    }
  }
}
