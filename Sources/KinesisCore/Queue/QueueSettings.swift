public import Units

/// AWS's QueueAttributes (Q§4).
public struct QueueSettings: Sendable, Hashable, Codable {
  /// AWS's DeadLetterConfiguration.
  public enum DeadLetters: Sendable, Hashable, Codable {
    /// BUILT_IN: received so often without being acknowledged, a record becomes a dead letter of the same queue.
    case builtIn(maxReceives: Int)
    /// NONE: it is received until it is acknowledged or expires.
    case none

    /// MaxReceiveCount; nil under NONE.
    public var maxReceives: Int? {
      switch self {
      case .builtIn(let most): most
      case .none: nil
      }
    }
  }

  /// VisibilityTimeoutSeconds: how long a received record is hidden, in whole seconds from 0 to twelve hours.
  public var visibility: Interval
  /// What becomes of a record that is received again and again.
  public var deadLetters: DeadLetters

  /// The given attributes.
  public init(visibility: Interval, deadLetters: DeadLetters) {
    (self.visibility, self.deadLetters) = (visibility, deadLetters)
  }

  /// What AWS takes where nothing is said: 30 seconds, BUILT_IN, 6 receipts.
  public init(_ limits: LimitsProfile) {
    visibility = .seconds(limits[.queue.visibilityDefault])
    deadLetters = .builtIn(maxReceives: Int(limits[.queue.receivesDefault]))
  }

  func check(_ limits: LimitsProfile) throws(Refusal) {
    try Self.check(visibility, limits)
    let most = limits[.queue.receivesMaximum]
    guard let receives = deadLetters.maxReceives else { return }
    guard (1...most).contains(Int64(receives)) else {
      throw .validation("MaxReceiveCount \(receives) is not between 1 and \(most).")
    }
  }

  static func check(_ visibility: Interval, _ limits: LimitsProfile) throws(Refusal) {
    let most = limits[.queue.visibilityMaximum]
    guard (.zero ... .seconds(most)).contains(visibility), visibility.nanoseconds % 1_000_000_000 == 0 else {
      throw .invalidArgument("VisibilityTimeoutSeconds is not between 0 and \(most).")
    }
  }
}

/// What UpdateQueue changes; what is nil stays.
public struct QueueChange: Sendable, Hashable, Codable {
  /// VisibilityTimeoutSeconds.
  public var visibility: Interval?
  /// DeadLetterConfiguration.
  public var deadLetters: QueueSettings.DeadLetters?

  /// A change.
  public init(visibility: Interval? = nil, deadLetters: QueueSettings.DeadLetters? = nil) {
    (self.visibility, self.deadLetters) = (visibility, deadLetters)
  }

  func applied(to settings: QueueSettings) -> QueueSettings {
    QueueSettings(
      visibility: visibility ?? settings.visibility, deadLetters: deadLetters ?? settings.deadLetters)
  }
}

/// AWS's StartingPosition of a queue.
public enum QueueStart: Sendable, Hashable, Codable {
  /// What arrives after CreateQueue.
  case latest
  /// The oldest record kept.
  case trimHorizon
  /// What arrived at or after an instant.
  case atTimestamp(Instant)
}

/// AWS's QueueStatus.
public enum QueueStatus: Sendable, Hashable, Codable {
  /// Not there yet: receives find no queue.
  case creating(until: Instant)
  /// In order.
  case active
  /// UpdateQueue is at work; records come and go.
  case updating(until: Instant, QueueSettings)
  /// Going away: nothing is delivered, handles are void.
  case deleting(until: Instant)
  /// Gone.
  case deleted

  /// When it changes by itself.
  var ends: Instant {
    switch self {
    case .creating(let until), .updating(let until, _), .deleting(let until): until
    case .active, .deleted: .never
    }
  }
}

/// What DescribeQueue tells.
public struct QueueDescription: Sendable, Hashable, Codable {
  /// Its name.
  public var name: String
  /// QueueStatus.
  public var status: QueueStatus
  /// QueueAttributes.
  public var settings: QueueSettings
  /// The Timestamp of its StartingPosition: the effective one once it is ACTIVE, before that the one asked for, if any.
  public var startingTimestamp: Instant?
}
