public import Units

/// What the account has agreed to: AWS's MinimumThroughputBillingCommitmentOutput (facts §5.2).
public enum BillingCommitment: Sendable, Hashable, Codable {
  /// DISABLED: on-demand streams are Standard.
  case disabled
  /// ENABLED: on-demand streams are Advantage.
  case enabled(since: Instant)
  /// ENABLED_UNTIL_EARLIEST_ALLOWED_END: to be disabled, but its 24 hours are not over.
  case enabledUntil(Instant, since: Instant)

  /// What an UpdateAccountSettings call asks for.
  public enum Wish: Sendable, Hashable, Codable {
    case enabled, disabled
  }

  /// The terms of the account's on-demand streams.
  public var terms: OnDemandTerms { self == .disabled ? .standard : .advantage }

  /// When a commitment that was to be disabled ends.
  var ends: Instant? {
    guard case .enabledUntil(let end, _) = self else { return nil }
    return end
  }

  /// What stands after a wish. It lasts `least` from its beginning on; an earlier wish to end it waits.
  func wishing(_ wish: Wish, least: Interval, at now: Instant) -> BillingCommitment {
    switch (self, wish) {
    case (.disabled, .enabled): .enabled(since: now)
    case (.enabledUntil(_, let since), .enabled): .enabled(since: since)
    case (.enabled(let since), .disabled): since + least <= now ? .disabled : .enabledUntil(since + least, since: since)
    case (.enabled, .enabled), (.disabled, .disabled), (.enabledUntil, .disabled): self
    }
  }
}

extension BillingCommitment {
  /// Whether a new stream may have so much warm throughput, in MiB a second.
  func check(warmThroughput target: Int64, _ limits: LimitsProfile, _ region: String) throws(Refusal) {
    guard target != 0 else { return }
    try requireEnabled()
    let most = min(limits[.onDemand.warmThroughputMaximum], limits.onDemandBytes(region: region)) >> 20
    guard (0...most).contains(target) else {
      throw .invalidArgument("WarmThroughputMiBps \(target) is not between 0 and \(most).")
    }
  }

  /// Warm throughput needs it.
  private func requireEnabled() throws(Refusal) {
    guard case .enabled = self else {
      throw .validation("Warm throughput needs MinimumThroughputBillingCommitment to be ENABLED for the account.")
    }
  }

  /// Warm throughput is not set for a commitment that is about to end.
  func requireLasting() throws(Refusal) {
    guard case .enabledUntil = self else { return }
    throw .validation("MinimumThroughputBillingCommitment is about to end, and warm throughput with it.")
  }
}
