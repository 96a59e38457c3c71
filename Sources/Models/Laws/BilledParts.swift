public import Experiment
public import KinesisCore
public import Pricing
public import Units

// What a part of a scenario says about its bill, before anything happens: the same for a run and for a closed form.

extension BillingMode {
  /// How a scenario's stream is bought.
  public init(_ mode: CapacityMode) {
    switch mode {
    case .provisioned: self = .provisioned
    case .onDemandStandard: self = .onDemandStandard
    case .onDemandAdvantage: self = .onDemandAdvantage
    }
  }
}

extension StreamSpec {
  /// Who pays for what it falls short of the commitment; each stream is its account's only one (decision 0018).
  public var commitment: StreamUse.Commitment { capacity.minimum == .alone ? .borne : .shared }
}

extension ConsumerSpec {
  /// What its KCL does again and again.
  func leaseRhythm(_ limits: LimitsProfile) -> LeaseRhythm {
    LeaseRhythm(libraryVersion, failover: .seconds(limits[.kcl.failover]))
  }

  /// The use of its lease table: `held` is leases times nanoseconds while its workers ran, in a span of time in which so many
  /// batches were worked off.
  public func leases(held: Int128, over span: Interval, batches: Int128, _ limits: LimitsProfile) -> LeaseUse {
    var use = LeaseUse(workers: workers, rhythm: rhythm(limits))
    (use.held, use.span, use.batches) = (held, span, batches)
    return use
  }

  private func rhythm(_ limits: LimitsProfile) -> LeaseUse.Rhythm {
    let rhythm = leaseRhythm(limits)
    return LeaseUse.Rhythm(
      renewal: rhythm.renewal, scan: rhythm.scan, discovery: rhythm.discovery, checkpoint: checkpointEvery,
      election: .seconds(limits[.kcl.leaderElection]), audit: .seconds(limits[.kcl.shardAudit]),
      metrics: .seconds(limits[.kcl.workerMetrics]),
      heartbeat: .seconds(limits[.kcl.leaderHeartbeat]), leaderCheck: .seconds(limits[.kcl.leaderCheck]),
      leaseBytes: limits[.kcl.leaseBytes], indexBytes: limits[.kcl.leaseIndexBytes])
  }
}

extension QueueSpec {
  /// Attempts for each record, on average, when each fails by itself with the given share (Q§9): every one of them is a receipt.
  /// Poisoned records take all they may; without dead letters, one that always fails is taken for as many as `most`.
  public func attempts(most: Int) -> Double {
    func attempts(_ share: Double) -> Double {
      let receipts = maxReceives ?? most
      guard share < 1 else { return Double(receipts) }
      return (1 - (0..<receipts).reduce(1) { power, _ in power * share }) / (1 - share)
    }
    return failures.poison * attempts(1) + (1 - failures.poison) * attempts(failures.rate)
  }
}

extension FlinkSpec {
  /// KPUs of a parallelism: over the parallelism per KPU, rounded up; the one for orchestration is not among them.
  public func kpus(of parallelism: Int) -> Int64 { Int64(parallelism).steps(of: Int64(parallelismPerKPU)) }
}

extension ChannelSpec {
  /// The use of it, so many bytes delivered.
  public func use(bytes: Int128) -> ChannelUse {
    switch destination {
    case .s3: ChannelUse(name, .objects, bytes: bytes)
    case .s3Tables: ChannelUse(name, .table, bytes: bytes)
    }
  }
}

extension FirehoseSpec {
  /// MiB of memory of a transform's function: Lambda's default (assumed). Nothing in a scenario says otherwise.
  public static var transformMemory: Int { 128 }

  /// The use of it in a span of time; its data is still to be filled in.
  public func use(over span: Interval) -> DeliveryUse {
    var use = DeliveryUse(
      name, intake, format, configuration.partitioning == nil ? .whole : .partitioned, kept: objectsKept)
    use.networkTime = Int128(vpcZones) * Int128(span.nanoseconds)
    return use
  }

  private var format: DeliveryUse.Format {
    switch configuration.format {
    case .raw: .raw
    case .parquet, .orc: .converted
    }
  }

  private var intake: DeliveryUse.Intake {
    switch configuration.destination {
    case .snowflake: .snowflake
    case .iceberg: stream == nil ? .icebergPut : .icebergStream
    case .s3, .redshift, .openSearch, .splunk, .http: stream == nil ? .directPut : .stream
    }
  }
}

extension Neighbours {
  /// What they use in a span of time, by their closed forms.
  public func use(over span: Interval, _ limits: LimitsProfile) -> [NeighbourUse] {
    videoStreams.map { $0.use(over: span, limits) }
      + sqlApplications.map { .sql($0.name, time: Int128($0.units) * Int128(span.nanoseconds)) }
  }
}

extension VideoStreamSpec {
  fileprivate func use(over span: Interval, _ limits: LimitsProfile) -> NeighbourUse {
    let figures = capacity(limits).figures, months = span.inSeconds / Interval.hours(730).inSeconds
    func amount(_ figure: String, _ factor: Double) -> Int128 {
      Int128(clamping: ((figures.first { $0.name == figure }?.value ?? 0) * factor).rounded())
    }
    return .video(
      name, sent: amount("ingested_month_bytes", months), read: amount("get_media_month_bytes", months),
      played: amount("hls_month_bytes", months), stored: amount("stored_bytes", span.inSeconds))
  }
}
