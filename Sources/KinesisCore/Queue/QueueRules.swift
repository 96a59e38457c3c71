internal import Units

/// What a queue obeys, looked up once: figures, and the choices among rules that AWS leaves open (Q§8).
struct QueueRules: Sendable, Hashable {
  let inFlight: Int, responseBytes: Int64, duplicates: Int64
  let isRandom: Bool, throttlesAtLimit: Bool, countsDead: Bool, takesLateHandles: Bool
  let diesAtReceive: Bool, changesAtOnce: Bool, takesExpired: Bool, beginsActive: Bool

  init(_ limits: LimitsProfile) {
    func isOther(_ key: Limit.Key) -> Bool { limits[key] != 0 }
    inFlight = Int(limits[.queue.inFlight])
    responseBytes = limits[.queue.responseBytes] > 0 ? limits[.queue.responseBytes] : .max
    duplicates = limits[.queue.duplicates]
    isRandom = isOther(.queue.nextRecord)
    throttlesAtLimit = isOther(.queue.atInFlightLimit)
    countsDead = !isOther(.queue.inFlightCountsDead)
    takesLateHandles = !isOther(.queue.lateHandle)
    diesAtReceive = isOther(.queue.deadAt)
    changesAtOnce = isOther(.queue.receivesChange)
    takesExpired = !isOther(.queue.expiredInFlight)
    beginsActive = isOther(.queue.latestInstant)
  }
}

/// The service's own chance, where a rule is one of chance: SplitMix64 (Steele, Lea, Flood 2014), part of the queue's state, so
/// that equal histories have equal outcomes.
struct QueueChance: Sendable, Hashable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// From 0 to n − 1.
  mutating func below(_ n: Int64) -> Int64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int64((z ^ (z >> 31)).multipliedFullWidth(by: UInt64(n)).high)
  }
}

/// What became of a queue's records.
public struct QueueLedger: Sendable, Hashable {
  /// Receipts, and those of a record that was never received before.
  public internal(set) var received: Int64 = 0, firstReceived: Int64 = 0
  /// Acknowledged; of those, that came back all the same.
  public internal(set) var acknowledged: Int64 = 0, cameBack: Int64 = 0
  /// Became dead letters, each time counted.
  public internal(set) var died: Int64 = 0
  /// Receipts of dead letters; dead letters restored, and acknowledged, which is thrown away.
  public internal(set) var deadReceived: Int64 = 0, restored: Int64 = 0, discarded: Int64 = 0
  /// Left their stream by age: never received; received and not acknowledged; as dead letters.
  public internal(set) var expiredUnread: Int64 = 0, expired: Int64 = 0, expiredDead: Int64 = 0
  /// Receives that were answered without a record.
  public internal(set) var emptyReceives: Int64 = 0
  /// Entries of calls that failed.
  public internal(set) var failedEntries: Int64 = 0

  /// Nothing yet.
  public init() {}
}

/// How many records of a queue are where.
public struct QueueCounts: Sendable, Hashable {
  /// Ready to be received, never received ones among them; also those that will be within the delivery latency.
  public var visible: Int64
  /// Of those, never received.
  public var unread: Int64
  /// Received and hidden.
  public var inFlight: Int64
  /// Dead letters ready to be received, and received and hidden.
  public var dead: Int64, deadInFlight: Int64

  /// Counts.
  public init(visible: Int64, unread: Int64, inFlight: Int64, dead: Int64, deadInFlight: Int64) {
    (self.visible, self.unread, self.inFlight) = (visible, unread, inFlight)
    (self.dead, self.deadInFlight) = (dead, deadInFlight)
  }
}
