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
}

/// CreateStream in on-demand mode, UpdateStreamMode, UpdateStreamWarmThroughput, UpdateAccountSettings (facts §5).
extension Account {
  /// The terms of its on-demand streams.
  public var terms: OnDemandTerms { commitment == .disabled ? .standard : .advantage }

  /// CreateStream with mode ON_DEMAND: four shards, or enough for its warm throughput. Returns its position.
  ///
  /// At most 50 on-demand streams. Warm throughput needs the commitment.
  public mutating func createOnDemandStream(
    _ name: String, _ settings: OnDemandSettings, maxRecord: Bytes = .mebibytes(1), retention: Interval = .hours(24),
    at now: Instant
  ) throws(Refusal) -> Int {
    wake(at: now)
    try checkOnDemandStreams()
    try checkWarmThroughput(settings.warmThroughput)
    let shards = limits.onDemandShards(warmThroughput: settings.warmThroughput, peak: 0, region: region)
    let position = try createStream(name, shards: shards, maxRecord: maxRecord, retention: retention, at: now)
    streams[position].beginOnDemand(settings, shardsMaximum: limits.onDemandShardsMaximum(region: region), at: latest)
    return position
  }

  /// UpdateStreamMode: twice in 24 hours, UPDATING meanwhile; the shards stay as they are, both ways.
  ///
  /// Warm throughput, in MiB a second and 0 for none, can be set on the way to on-demand.
  public mutating func updateStreamMode(
    of stream: Int, to mode: StreamMode, warmThroughput: Int64 = 0, now: Instant
  ) throws(Refusal) {
    wake(at: now)
    if mode == .onDemand, streams[stream].mode == .provisioned { try checkOnDemandStreams() }
    if warmThroughput > 0 { try requireLastingCommitment() }
    try streams[stream].updateMode(
      to: mode, warmThroughput: warmThroughput, shardsMaximum: limits.onDemandShardsMaximum(region: region),
      at: latest)
  }

  /// UpdateStreamWarmThroughput, in MiB a second; five calls a second. 0 removes it.
  ///
  /// More than the stream's open shards take adds shards. Less frees what neither the value nor the last hour needs.
  public mutating func updateWarmThroughput(of stream: Int, to target: Int64, now: Instant) throws(Refusal) {
    wake(at: now)
    try take(.warmThroughput, limits[.warmThroughputCalls], "UpdateStreamWarmThroughput")
    if target > 0 { try requireLastingCommitment() }
    try streams[stream].updateWarmThroughput(to: target, at: latest)
  }

  /// UpdateAccountSettings: five calls a second. The commitment lasts 24 hours at least; an earlier wish to end it waits.
  ///
  /// Refused while a stream has warm throughput, which must be removed first.
  public mutating func updateSettings(commitment wish: BillingCommitment.Wish, now: Instant) throws(Refusal) {
    wake(at: now)
    try take(.settings, limits[.accountSettingsCalls], "UpdateAccountSettings")
    switch wish {
    case .enabled: enableCommitment()
    case .disabled: try disableCommitment()
    }
    for index in streams.indices { streams[index].terms = terms }
  }

  private mutating func enableCommitment() {
    switch commitment {
    case .disabled: commitment = .enabled(since: latest)
    case .enabledUntil(_, let since): commitment = .enabled(since: since)
    case .enabled: return
    }
  }

  private mutating func disableCommitment() throws(Refusal) {
    guard case .enabled(let since) = commitment else { return }
    if let warm = streams.first(where: { $0.hasWarmThroughput }) {
      throw .validation("Stream \(warm.name) has warm throughput; remove it first.")
    }
    let end = since + .hours(limits[.commitmentMinimum])
    commitment = end <= latest ? .disabled : .enabledUntil(end, since: since)
  }

  /// When a commitment that was to be disabled ends.
  var commitmentEnds: Instant? {
    guard case .enabledUntil(let end, _) = commitment else { return nil }
    return end
  }

  /// Ends the commitment when its time has come.
  mutating func passCommitment(at now: Instant) {
    guard let end = commitmentEnds, end <= now else { return }
    commitment = .disabled
    for index in streams.indices { streams[index].terms = .standard }
  }

  private func requireLastingCommitment() throws(Refusal) {
    guard case .enabledUntil = commitment else { return }
    throw .validation("MinimumThroughputBillingCommitment is about to end, and warm throughput with it.")
  }

  private func checkOnDemandStreams() throws(Refusal) {
    let most = limits[.onDemandStreams]
    guard streams.count(where: { $0.mode == .onDemand }) < most else {
      throw .limitExceeded("The account has \(most) on-demand streams already.")
    }
  }

  private func checkWarmThroughput(_ target: Int64) throws(Refusal) {
    guard target != 0 else { return }
    guard case .enabled = commitment else {
      throw .validation("Warm throughput needs MinimumThroughputBillingCommitment to be ENABLED for the account.")
    }
    let most = min(limits[.warmThroughputMaximum], limits.onDemandBytes(region: region)) >> 20
    guard (0...most).contains(target) else {
      throw .invalidArgument("WarmThroughputMiBps \(target) is not between 0 and \(most).")
    }
  }
}
