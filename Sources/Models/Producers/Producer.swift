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
  /// What the AWS SDK does by itself.
  let sdk: SDKPlan
  /// The first of its processes, and the one behind the last.
  let firstProcess: Int, endProcess: Int

  /// `largest` is the largest record its target takes, the key included.
  init(
    _ spec: ProducerSpec, largest: Bytes, keys: KeyPopulation, profile: RateProfile, firstProcess: Int,
    limits: LimitsProfile
  ) {
    (self.spec, self.keys, self.profile, self.firstProcess) = (spec, keys, profile, firstProcess)
    (stream, firehose, endProcess) = (spec.stream, spec.firehose, firstProcess + spec.processes)
    if case .events(let trace) = spec.rate { self.trace = trace } else { trace = nil }
    if case .drawn(let law) = spec.size { size = Sampler(law) } else { size = .constant(1) }
    network = Sampler(spec.network)
    (largestData, keyBytes) = (largest.count - Int64(spec.keyBytes), Int64(spec.keyBytes))
    buffer = spec.retry.buffer.count
    sdk = SDKPlan(spec.sdkRetry, limits)
    if case .kpl(let settings) = spec.batching { library = KPLPlan(settings, limits) } else { library = nil }
    maxRequests = spec.batching == .agent ? Int32(limits[.agentQueue]) : .max
    switch spec.batching {
    case .putRecord, .kpl: (maxRecords, maxBytes, linger) = (1, .max, .zero)
    case .putRecords(let records, let bytes, let linger), .putRecordBatch(let records, let bytes, let linger):
      (maxRecords, maxBytes, self.linger) = (Int32(records), bytes.count, linger)
    case .agent:
      (maxRecords, maxBytes) = (Int32(limits[.agentBufferRecords]), limits[.agentBufferBytes])
      linger = .milliseconds(limits[.agentBufferAge])
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

/// A producer in a run: its plan, and what became of its records.
struct Producer: Sendable {
  let plan: ProducerPlan
  var offered: Int64 = 0, accepted: Int64 = 0, retries: Int64 = 0
  /// Copies that a shard stored of records it held already.
  var duplicates: Int64 = 0
  /// What its client library did.
  var client = ClientCounts()
  var lostByAttempts: Int64 = 0, lostByAge: Int64 = 0, dropped: Int64 = 0, diverted: Int64 = 0
  var peakHeld: Int64 = 0
  var latency = LatencyHistogram()
  /// First attempts of the keys that are counted: see `KeyPopulation.counted`.
  var firstAttempts: [UInt32]
  /// The next recorded event to hand over, and how often the trace has been repeated.
  var traceNext = 0, traceRound: Int64 = 0

  init(_ plan: ProducerPlan) {
    self.plan = plan
    firstAttempts = Array(repeating: 0, count: plan.keys.counted)
  }

  /// Given up, for whatever reason.
  var lost: Int64 { lostByAttempts + lostByAge + dropped + diverted }
}

/// One process of a producer: its clock, its random streams and the records it holds.
struct Process: Sendable {
  let producer: Int32
  var clock: ArrivalClock
  var arrivals: RandomStream, phases: RandomStream, sizes: RandomStream, keys: RandomStream
  var latencies: RandomStream, jitter: RandomStream
  /// The request being filled; −1 for none.
  var open: Int32 = -1
  /// The line of requests that wait for another try, longest waiting first; −1 for none.
  var waitingHead: Int32 = -1, waitingTail: Int32 = -1
  /// Bytes gathering, on the wire and waiting.
  var held: Int64 = 0
  /// How many records it handed over, from its own number on, so that keys that go round do not go in step.
  var turn: UInt32
  /// A record that found the buffer full under `on_overflow: block`; the source waits with it.
  var blocked: PendingRecord?
  /// Its client of the Kinesis Producer Library; −1 for none.
  var library: Int32 = -1
  /// Its client of the AWS SDK, and the draws that decide which of its calls a fault hits.
  var sdk: SDKClient, failures: RandomStream
  /// Requests gathering, on the wire and waiting.
  var requests: Int32 = 0

  init(
    _ index: Int, of producer: Int, _ plan: ProducerPlan, start: Instant, end: Instant, seed: UInt64, replication: Int
  ) {
    func stream(_ purpose: Purpose) -> RandomStream {
      RandomStream(
        seed: seed, replication: replication, purpose: purpose,
        entity: EntityName("producers.\(plan.spec.name)", index: index))
    }
    (self.producer, turn) = (Int32(producer), UInt32(index))
    (arrivals, phases, sizes) = (stream(.arrival), stream(.phase), stream(.size))
    (keys, latencies, jitter) = (stream(.key), stream(.latency), stream(.retryJitter))
    failures = stream(.failure)
    let delays = RandomStream(
      seed: seed, replication: replication, purpose: .retryJitter,
      entity: EntityName("producers.\(plan.spec.name).sdk", index: index))
    sdk = SDKClient(plan.sdk, delays)
    clock = ArrivalClock(
      plan.spec.arrivals, processes: plan.spec.processes, profile: plan.profile, start: start, end: end,
      arrivals: &arrivals, phases: &phases)
  }
}
