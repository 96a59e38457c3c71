public import Units

/// The delivery streams of one account in one region: names, states, quota and call rates. What each of them does is its
/// `DeliveryStream`'s. That CREATING and DELETING take as long as a data stream's CREATING is assumed: AWS publishes no figure.
public struct DeliveryAccount: Sendable {
  /// AWS's DeliveryStreamStatus, as far as nothing fails.
  public enum Status: String, Sendable, Hashable {
    /// Not there yet.
    case creating = "CREATING"
    /// It takes records and delivers.
    case active = "ACTIVE"
    /// It takes nothing any more; the name is free when it has gone.
    case deleting = "DELETING"
  }

  private struct Entry: Sendable {
    let name: String
    let activeAt: Instant
    var goneAt: Instant?
  }

  private let limits: LimitsProfile
  private var entries: [Int: Entry] = [:]
  private var ids: [String: Int] = [:]
  private var made = 0
  private var buckets: [String: TokenBucket] = [:]

  /// No delivery streams.
  public init(limits: LimitsProfile) { self.limits = limits }

  /// Takes a call of an operation that changes something: five a second of each (F§1). `name` is AWS's.
  public mutating func take(_ name: String, at now: Instant) throws(Refusal) {
    let rate = limits[.firehose.controlCalls]
    var bucket = buckets[name] ?? TokenBucket(rate: rate, depth: rate, at: now)
    guard bucket.take(1, at: now) else {
      throw .throttling("Rate exceeded for \(name): more than \(rate) calls a second.")
    }
    buckets[name] = bucket
  }

  /// Creates one and returns its id, which is never used again.
  public mutating func create(_ name: String, at now: Instant) throws(Refusal) -> Int {
    guard ids[name] == nil else { throw .inUse("Firehose \(name) already exists.") }
    guard entries.count < limits[.firehose.streams] else {
      throw .limitExceeded("You have already consumed your firehose quota of \(limits[.firehose.streams]).")
    }
    defer { made += 1 }
    entries[made] = Entry(name: name, activeAt: now + .seconds(limits[.stream.createDuration]))
    ids[name] = made
    return made
  }

  /// Begins to delete one; one that is being made cannot be (API: ResourceInUseException).
  public mutating func delete(_ id: Int, at now: Instant) throws(Refusal) {
    guard let entry = entries[id], entry.goneAt == nil else { return }
    guard status(of: id, at: now) == .active else { throw .inUse("Firehose \(entry.name) is not ACTIVE.") }
    entries[id]?.goneAt = now + .seconds(limits[.stream.createDuration])
  }

  /// Forgets one that has gone.
  public mutating func remove(_ id: Int) {
    guard let entry = entries.removeValue(forKey: id) else { return }
    ids[entry.name] = nil
  }

  /// One by its name; nil when there is none.
  public func id(of name: String) -> Int? { ids[name] }

  /// The state of one that there is.
  public func status(of id: Int, at now: Instant) -> Status {
    guard let entry = entries[id], entry.goneAt == nil else { return .deleting }
    return entry.activeAt <= now ? .active : .creating
  }

  /// When one is ACTIVE, and when it is gone: `.never` unless it is being deleted.
  public func times(of id: Int) -> (active: Instant, gone: Instant) {
    (entries[id]?.activeAt ?? .never, entries[id]?.goneAt ?? .never)
  }
}
