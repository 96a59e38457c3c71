internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// What a producer never changes: its tables and parameters, shared by reference so that a record costs no copies.
final class ProducerPlan: Sendable {
  let spec: ProducerSpec
  /// The position of the stream it writes to, and of the delivery stream if it writes to one.
  let stream: Int, firehose: Int?
  let profile: RateProfile
  let keys: KeyPopulation
  /// How many of its keys a run counts, to name the hot ones: all recorded keys, the most frequent of synthetic ones, which are
  /// numbered so. And of how many it remembers the shards, four bytes each: all, or none.
  let counted: Int, routed: Int
  let trace: EventTrace?
  let size: Sampler
  let network: Sampler
  /// The largest data size a record may have, its key left out; and the key's.
  let largestData: Int64, keyBytes: Int64
  /// Bytes each process may hold.
  let buffer: Int64
  let maxRecords: Int32, maxBytes: Int64, linger: Interval
  /// Requests each process may hold, the one being filled included.
  let maxRequests: Int32
  /// The Kinesis Producer Library, if it stands between the application and the API.
  let library: KPLPlan?
  /// Whether it does; asked for every record, when a library is too large to look at.
  let isPacked: Bool
  /// Whether records of a call are drawn together: each only joins those before it until the call is sent.
  let gathersAhead: Bool
  /// Whether its times are a trace's.
  let isRecorded: Bool
  /// What the AWS SDK does by itself.
  let sdk: SDKPlan
  /// The first of its processes, and the one behind the last.
  let firstProcess: Int, endProcess: Int

  /// The most keys that are counted, also by one that bears few records; and the most whose shards are remembered.
  private static let mostCounted = (many: 65_536, few: 4_096), mostRouted = 16_000_000

  /// `largest` is the largest record its target takes, the key included; `records` how many it is expected to bear.
  init(
    _ spec: ProducerSpec, largest: Bytes, keys: KeyPopulation, profile: RateProfile, firstProcess: Int,
    records: Double, limits: LimitsProfile
  ) {
    (self.spec, self.keys, self.profile, self.firstProcess) = (spec, keys, profile, firstProcess)
    let most = Self.mostCounted
    counted = min(
      keys.count, keys.isRecorded ? KeyPopulation.tabled : records < Double(most.few) ? most.few : most.many)
    routed = keys.count <= Self.mostRouted && Double(keys.count) <= 16 * records ? keys.count : 0
    (stream, firehose, endProcess) = (spec.stream, spec.firehose, firstProcess + spec.processes)
    if case .events(let trace) = spec.rate { self.trace = trace } else { trace = nil }
    isRecorded = trace != nil
    if case .kpl = spec.batching { isPacked = true } else { isPacked = false }
    switch spec.batching {
    case .putRecords, .putRecordBatch: gathersAhead = trace == nil
    case .putRecord, .kpl, .agent: gathersAhead = false
    }
    if case .drawn(let law) = spec.size { size = Sampler(law) } else { size = .constant(1) }
    network = Sampler(spec.network)
    (largestData, keyBytes) = (largest.count - Int64(spec.keyBytes), Int64(spec.keyBytes))
    buffer = spec.retry.buffer.count
    sdk = SDKPlan(spec.sdkRetry, limits)
    if case .kpl(let settings) = spec.batching { library = KPLPlan(settings, limits) } else { library = nil }
    maxRequests = spec.batching == .agent ? Int32(limits[.agent.queue]) : .max
    switch spec.batching {
    case .putRecord, .kpl: (maxRecords, maxBytes, linger) = (1, .max, .zero)
    case .putRecords(let records, let bytes, let linger), .putRecordBatch(let records, let bytes, let linger):
      (maxRecords, maxBytes, self.linger) = (Int32(records), bytes.count, linger)
    case .agent:
      (maxRecords, maxBytes) = (Int32(limits[.agent.bufferRecords]), limits[.agent.bufferBytes])
      linger = .milliseconds(limits[.agent.bufferAge])
    }
  }

  /// How long to wait before try number `attempt + 1`.
  func backoff(after attempt: Int32, jitter: inout RandomStream) -> Interval {
    let retry = spec.retry
    let doubled = retry.base.nanoseconds.multipliedReportingOverflow(by: 1 << Int64(min(attempt - 1, 40)))
    let full = doubled.overflow ? retry.cap : min(retry.cap, Interval(nanoseconds: doubled.partialValue))
    switch retry.policy {
    case .none, .immediate, .kplTokenBucket: return .zero
    case .exponential: return full
    case .exponentialFullJitter:
      return Interval(nanoseconds: Int64(jitter.below(UInt64(full.nanoseconds) + 1)))
    }
  }
}

/// Why a record was given up.
enum LossReason: Int {
  /// Its attempts were spent, or its time.
  case attempts, age
  /// There was no room for it: it went nowhere, or where the producer keeps what it cannot send.
  case dropped, diverted
}

/// Records given up, by reason.
struct Losses: Sendable {
  private var counts = SIMD4<Int64>()

  subscript(reason: LossReason) -> Int64 {
    get { counts[reason.rawValue] }
    set { counts[reason.rawValue] = newValue }
  }

  var total: Int64 { counts.wrappedSum() }
}

/// A producer in a run: its plan, and what became of its records.
struct Producer: Sendable {
  let plan: ProducerPlan
  var offered: Int64 = 0, accepted: Int64 = 0, retries: Int64 = 0
  /// Copies that a shard stored of records it held already.
  var duplicates: Int64 = 0
  var losses = Losses()
  var peakHeld: Int64 = 0
  var latency = LatencyHistogram()
  /// First attempts of the keys that are counted: see `ProducerPlan.counted`.
  var firstAttempts: [UInt32]

  init(_ plan: ProducerPlan) {
    self.plan = plan
    firstAttempts = Array(repeating: 0, count: plan.counted)
  }

  /// Given up, for whatever reason.
  var lost: Int64 { losses.total }

  /// Copies of its records that shards hold.
  var copies: Int64 { accepted + duplicates }

  /// What it came to, with what its SDK and its library did.
  func result(_ sdk: ClientCounts, _ library: ClientCounts) -> ProducerResult {
    ProducerResult(
      name: plan.spec.name, offered: offered, accepted: accepted, lost: lost,
      inFlight: offered - accepted - lost, lostByAttempts: losses[.attempts], lostByAge: losses[.age],
      dropped: losses[.dropped], diverted: losses[.diverted], retries: retries, putLatency: latency,
      peakBuffer: Bytes(peakHeld), duplicates: duplicates, client: clientResult(sdk, library))
  }

  /// Nil for a plain client that met no failed call.
  private func clientResult(_ sdk: ClientCounts, _ library: ClientCounts) -> ClientResult? {
    let isPlain = plan.library == nil && plan.sdk.isIdle, failed = sdk.failedCalls + library.failedCalls
    guard !isPlain || failed > 0 else { return nil }
    return ClientResult(
      kinesisRecords: library.sent, userRecords: library.packed, wrongShard: library.wrongShard,
      failedCalls: failed, sdkRetries: sdk.sdkRetries, sdkGaveUp: sdk.sdkGaveUp)
  }
}

/// What client libraries of a producer did: Kinesis records sent with their user records and those of them that were stored,
/// user records in a shard that was not known, calls that failed whole, and what the SDK made of them.
struct ClientCounts: Sendable {
  var sent: Int64 = 0, packed: Int64 = 0, stored: Int64 = 0, wrongShard: Int64 = 0
  var failedCalls: Int64 = 0, sdkRetries: Int64 = 0, sdkGaveUp: Int64 = 0
}

extension ProducerPlan {
  /// What one of its processes is called where random streams are named.
  func entity(_ number: Int) -> EntityName { EntityName("producers.\(spec.name)", index: number) }

  /// The size of a record, key included; no library packs it.
  @inline(__always)
  func drawSize(from sizes: inout RandomStream) -> Int64 {
    min(max(size.draw(from: &sizes), 1), largestData) + keyBytes
  }

  /// A put call of so many Kinesis records, as CloudWatch sees it.
  func call(of records: Int32) -> PutCall {
    PutCall(stream: stream, isSingle: spec.batching == .putRecord, records: records)
  }
}
