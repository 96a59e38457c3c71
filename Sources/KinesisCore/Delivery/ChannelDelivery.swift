public import Units

/// What a channel delivers, attempt by attempt: what its buffer gave, until the destination has it or the stream no longer does.
///
/// Of a flush those records that are what the channel's record format says make one object, and those that are not make one of dead
/// letters. AWS says no more than that delivery goes on when a destination is there again: that an attempt is made again as Firehose
/// makes one at S3, and that a flush is given up when the stream no longer keeps its oldest record, is assumed.
///
/// Who drives it performs each `deliver` and answers it once; a late, second or unknown answer changes nothing.
public struct ChannelDelivery: Machine, Hashable {
  /// What it is told.
  public enum Input: Sendable, Hashable, Codable {
    /// Its stream has stored records, of which so many are not what the record format says.
    case stored(DeliveryChannel.Arrival, misfits: Int64)
    /// The destination has an attempt's object.
    case delivered(DeliveryID)
    /// It has not, for now. The jitter, in thousandths from 850 to 1150, stretches the wait.
    case failed(DeliveryID, jitter: Int64)
    /// Another data freshness.
    case freshness(Interval)
  }

  /// What it wants done, and what it tells.
  public enum Effect: Sendable, Hashable, Codable {
    /// Store an object; to be answered by `delivered` or `failed`.
    case deliver(Attempt)
    /// Records came to an end: at the destination, or, with false, nowhere.
    case ended(Attempt, isDelivered: Bool)
  }

  /// What an object holds.
  public enum Content: Sendable, Hashable, Codable {
    /// Records as they came.
    case records
    /// What became of records that are not what the record format says.
    case deadLetters
  }

  /// An attempt at an object.
  public struct Attempt: Sendable, Hashable, Codable {
    /// Which; a later one has another.
    public var id: DeliveryID
    /// What the object holds.
    public var content: Content
    /// 1 for the first attempt.
    public var number: Int64
    /// Records that it is about.
    public var records: Int64
    /// When the oldest record of its flush arrived.
    public var since: Instant
  }

  private enum State: Sendable, Hashable {
    case underWay
    case resting(until: Instant)
  }

  private struct Object: Sendable, Hashable {
    var content: Content
    var records: Int64
    var since: Instant
    var attempt: Int64 = 0
    var state = State.underWay
  }

  private let limits: LimitsProfile
  private var buffer: DeliveryChannel
  /// Of what the buffer holds, records that are not what the record format says.
  private var misfits: Int64 = 0
  private var objects = SlotPool(blank: Object(content: .records, records: 0, since: .never))
  /// How long the stream keeps records.
  private var retention: Interval
  private var latest: Instant
  /// When the first object that rests is due; kept, as every put asks.
  private var restsUntil = Instant.never

  /// A channel that is ACTIVE and holds nothing.
  public init(freshness: Interval, retention: Interval, limits: LimitsProfile, at now: Instant) {
    buffer = DeliveryChannel(to: .s3, freshness: freshness)
    (self.retention, self.limits, latest) = (retention, limits, now)
  }

  /// Records that have not come to an end.
  public var held: Int64 { objects.used.reduce(buffer.held.records) { $0 + objects[$1].records } }

  /// When the oldest record arrived that has not come to an end; nil when all have.
  public var oldest: Instant? {
    let oldest = objects.used.reduce(buffer.since ?? .never) { min($0, objects[$1].since) }
    return oldest == .never ? nil : oldest
  }

  /// The first thing due: a flush, or another attempt. O(1).
  public var deadline: Instant? {
    let due = min(buffer.deadline ?? .never, restsUntil)
    return due == .never ? nil : due
  }

  // MARK: Machine

  /// Lets time pass, then takes what it is told.
  public mutating func step(_ input: Input, at now: Instant, into effects: inout [Effect]) {
    wake(at: now, into: &effects)
    var batches: [DeliveryChannel.Batch] = []
    switch input {
    case .stored(let arrival, let misfits):
      buffer.step(arrival, at: latest, into: &batches)
      self.misfits += misfits
    case .freshness(let freshness): buffer.change(freshness: freshness, at: latest, into: &batches)
    case .delivered(let id): end(id, isDelivered: true, into: &effects)
    case .failed(let id, let jitter): rest(id, jitter, into: &effects)
    }
    flush(batches, into: &effects)
  }

  /// Lets time pass: what is due is done at its instants.
  public mutating func wake(at now: Instant, into effects: inout [Effect]) {
    while let due = deadline, due <= now {
      latest = max(latest, due)
      var batches: [DeliveryChannel.Batch] = []
      buffer.wake(at: latest, into: &batches)
      flush(batches, into: &effects)
      for slot in objects.used { goOn(slot, into: &effects) }
      noteRests()
    }
    latest = max(latest, now)
  }

  /// The stream keeps records for another time than it did.
  public mutating func set(retention: Interval) {
    guard self.retention != retention else { return }
    self.retention = retention
    noteRests()
  }

  // MARK: Objects

  private mutating func flush(_ batches: [DeliveryChannel.Batch], into effects: inout [Effect]) {
    for batch in batches {
      add(.records, batch.records - misfits, batch.since, into: &effects)
      add(.deadLetters, misfits, batch.since, into: &effects)
      misfits = 0
    }
  }

  private mutating func add(_ content: Content, _ records: Int64, _ since: Instant, into effects: inout [Effect]) {
    guard records > 0 else { return }
    attempt(objects.insert(Object(content: content, records: records, since: since)), into: &effects)
  }

  private mutating func attempt(_ slot: Int, into effects: inout [Effect]) {
    objects[slot].attempt += 1
    objects[slot].state = .underWay
    _ = objects.rename(slot)
    effects.append(.deliver(latestAttempt(slot)))
  }

  private func latestAttempt(_ slot: Int) -> Attempt {
    let object = objects[slot]
    return Attempt(
      id: DeliveryID(raw: objects.name(of: slot)), content: object.content, number: object.attempt,
      records: object.records, since: object.since)
  }

  /// The place of an attempt that is under way.
  private func slot(of id: DeliveryID) -> Int? {
    guard let slot = objects.slot(named: id.raw), objects[slot].state == .underWay else { return nil }
    return slot
  }

  private mutating func end(_ id: DeliveryID, isDelivered: Bool, into effects: inout [Effect]) {
    guard let slot = slot(of: id) else { return }
    end(slot, isDelivered: isDelivered, into: &effects)
  }

  private mutating func end(_ slot: Int, isDelivered: Bool, into effects: inout [Effect]) {
    effects.append(.ended(latestAttempt(slot), isDelivered: isDelivered))
    objects.remove(slot)
  }

  private mutating func rest(_ id: DeliveryID, _ jitter: Int64, into effects: inout [Effect]) {
    guard let slot = slot(of: id) else { return }
    guard latest < expiry(of: slot) else { return end(slot, isDelivered: false, into: &effects) }
    let spacing = DeliveryDestination.s3.retryRule(limits).spacing
    let wait = spacing.wait(after: objects[slot].attempt, jitter: jitter, limits)
    objects[slot].state = .resting(until: latest + wait)
    noteRests()
  }

  /// Makes another attempt when it is due, or gives up what the stream no longer keeps.
  private mutating func goOn(_ slot: Int, into effects: inout [Effect]) {
    guard case .resting(let until) = objects[slot].state else { return }
    if expiry(of: slot) <= latest { return end(slot, isDelivered: false, into: &effects) }
    if until <= latest { attempt(slot, into: &effects) }
  }

  private func expiry(of slot: Int) -> Instant { objects[slot].since + retention }

  private mutating func noteRests() {
    restsUntil = objects.used.reduce(.never) { first, slot in
      guard case .resting(let until) = objects[slot].state else { return first }
      return min(first, until, expiry(of: slot))
    }
  }
}
