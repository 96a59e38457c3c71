import Experiment
import Foundation
import Pricing
import Simulation
import Testing
import Units

@testable import Models

/// Arrivals settled by intervals held against arrivals record by record: one law.
///
/// Each case runs so many seeds a side. Every figure's two samples pass a Kolmogorov-Smirnov test at a level that is divided by
/// how many figures there are (Bonferroni), so that a suite fails by chance once in thousand. `WEIR_LAW=400` runs as many seeds.
@Suite("Adaptive resolution") struct ResolutionTests {
  private static let seeds = ProcessInfo.processInfo.environment["WEIR_LAW"].flatMap { Int($0) } ?? 60

  /// A load, and what must have one law under it.
  struct Load: Sendable, CustomTestStringConvertible {
    var name: String, shards = 2, rate: Double, processes = 10
    var arrivals = ArrivalPattern.poisson, size = Distribution.constant(500), curve: RateCurve?
    var keys = KeySpec(.uniform(cardinality: 10_000)), retry = RetrySpec(), batching = Batching.putRecords()
    var reader = Fixture.consumer(.kclPolling), others: [ConsumerSpec] = [], firehoses: [FirehoseSpec] = []
    var events: [ScheduledEvent] = []
    var testDescription: String { name }

    func experiment(_ resolution: Resolution, seed: UInt64, factor: Double = 1) -> Experiment {
      let producer = ProducerSpec(
        name: "web", stream: 0, processes: processes, rate: curve ?? .constant(RecordsPerSecond(rate * factor)),
        arrivals: arrivals, size: .drawn(size), keyBytes: 24, keys: keys, batching: batching, retry: retry)
      var experiment = Fixture.experiment(
        seconds: 20, shards: shards, seed: seed, producers: [producer], consumers: [reader] + others, events: events,
        warmup: .seconds(2))
      (experiment.horizon.resolution, experiment.firehoses) = (resolution, firehoses)
      experiment.horizon.reportBin = .seconds(1)
      return experiment
    }
  }

  private static let retrying = RetrySpec(
    policy: .exponentialFullJitter, maxAttempts: 10, base: .milliseconds(100), cap: .seconds(5))
  private static let varied = Distribution.lognormal(mu: 7.0, sigma: 0.9)

  static let loads = [
    Load(name: "load 0.3", rate: 600), Load(name: "load 0.95", rate: 1_900),
    Load(name: "load 1.0", rate: 2_000, retry: retrying), Load(name: "load 1.05", rate: 2_100),
    Load(name: "load 1.5", rate: 3_000, retry: RetrySpec(policy: .immediate, maxAttempts: 2)),
    Load(name: "varied sizes at the byte limit", rate: 1_150, size: varied),
    Load(name: "varied sizes above it", rate: 1_300, size: varied, retry: retrying),
    Load(name: "hot keys", rate: 1_100, keys: KeySpec(.zipf(cardinality: 200, s: 1)), retry: retrying),
    Load(
      name: "bursts", rate: 900, arrivals: .mmpp(on: .seconds(1), off: .seconds(4), factor: 4), retry: retrying),
    Load(
      name: "batches", rate: 900,
      arrivals: .batch(every: .seconds(5), on: .seconds(1), factor: 4, jitter: .milliseconds(300)), retry: retrying),
    Load(name: "a process", rate: 800, processes: 1), Load(name: "many processes", rate: 1_700, processes: 300),
    Load(name: "one call a record", rate: 1_700, batching: .putRecord),
    Load(name: "fan-out", rate: 1_960, retry: retrying, reader: Fixture.consumer(.kclFanOut)),
    Load(
      name: "resharding", rate: 1_950, retry: retrying,
      events: [
        ScheduledEvent(at: .seconds(4), action: .splitShard(stream: 0, shard: nil, at: nil))
      ]),
    Load(name: "a ramp", rate: 0, retry: retrying),
    // A stream that opens shards at the end of a second, whose pushes wait for records.
    Load(
      name: "resharding under fan-out", rate: 1_700, reader: Fixture.consumer(.kclFanOut),
      events: [ScheduledEvent(at: .seconds(4), action: .updateShardCount(stream: 0, target: 4))]),
    Load(name: "a loop that works long", rate: 900, reader: Fixture.consumer(.sdkPolling, perBatch: 9e8)),
    Load(
      name: "processors that work too long", rate: 900,
      reader: Fixture.consumer(.kclPolling, every: .milliseconds(400), perBatch: 6e8)),
    Load(
      name: "three who poll", rate: 1_200, reader: Fixture.consumer(.kclPolling, every: .milliseconds(1_500)),
      others: [Fixture.consumer("second", .sdkPolling, perRecord: 2e5)],
      firehoses: [Fixture.firehose(size: 1, interval: 5, latency: .constant(2e8))]),
    Load(
      name: "a reader that stands still", rate: 1_200,
      events: [
        ScheduledEvent(at: .milliseconds(5_300), action: .stopConsumer(0)),
        ScheduledEvent(at: .milliseconds(9_100), action: .startConsumer(0)),
      ]),
  ]

  /// Figures of a run that must have one law, by name.
  private static func figures(_ result: RunResult) -> [(name: String, value: Double)] {
    let stream = result.streams[0], producer = result.producers[0], reader = result.consumers[0]
    let cost = result.bill.total.inDollars
    return [
      ("records", Double(stream.incomingRecords)), ("bytes", Double(stream.incomingBytes.count)),
      ("refused", Double(stream.throttledAttempts)), ("lost", Double(producer.lost)),
      ("retries", Double(producer.retries)), ("seconds with refusals", Double(stream.secondView.secondsWithThrottles)),
      ("worst demand", stream.secondView.worstDemand), ("utilization p99", stream.utilization.p99),
      ("put p50", producer.putLatency.percentile(50).inMilliseconds),
      ("put p99", producer.putLatency.percentile(99).inMilliseconds),
      ("put mean", producer.putLatency.mean.inMilliseconds),
      ("propagation p50", reader.propagation.percentile(50).inMilliseconds),
      ("propagation p99", reader.propagation.percentile(99).inMilliseconds),
      ("iterator age", reader.iteratorAgeMax.inMilliseconds), ("in flight", Double(producer.inFlight)), ("cost", cost),
      ("iterator age p50", reader.iteratorAges.percentile(50).inMilliseconds), ("calls", Double(reader.calls)),
      ("read", Double(reader.records)), ("backlog", Double(reader.backlog)),
      ("objects", Double(result.firehoses.first?.delivery.objects ?? 0)),
      (
        "object size",
        result.firehoses.first.map { Double($0.delivery.bufferedBytes.count / max(1, $0.delivery.objects)) } ?? 0
      ),
      ("freshness p50", result.firehoses.first?.freshness.percentile(50).inMilliseconds ?? 0),
    ]
  }

  /// The figures of so many seeds, from a seed on: by figure.
  private static func samples(
    _ load: Load, _ resolution: Resolution, from seed: Int, factor: Double = 1
  ) -> [[Double]] {
    var samples: [[Double]] = []
    for index in 0..<seeds {
      var load = load
      if load.name == "a ramp" {
        load.curve = .ramp(from: RecordsPerSecond(400), to: RecordsPerSecond(2_200), over: .seconds(18))
      }
      let experiment = load.experiment(resolution, seed: UInt64(seed + index), factor: factor)
      let values = figures(Fixture.result(of: experiment)).map(\.value)
      if samples.isEmpty { samples = values.map { _ in [] } }
      for (figure, value) in values.enumerated() { samples[figure].append(value) }
    }
    return samples
  }

  private static let names = figures(Fixture.result(of: loads[0].experiment(.record, seed: 1))).map(\.name)

  /// The two-sample Kolmogorov-Smirnov test's p value, by its limit law (Stephens 1970).
  static func kolmogorovSmirnov(_ a: [Double], _ b: [Double]) -> Double {
    let (x, y) = (a.sorted(), b.sorted()), all = (x + y).sorted()
    var (i, j, gap) = (0, 0, 0.0)
    for value in all {
      while i < x.count, x[i] <= value { i += 1 }
      while j < y.count, y[j] <= value { j += 1 }
      gap = max(gap, abs(Double(i) / Double(x.count) - Double(j) / Double(y.count)))
    }
    let n = (Double(x.count * y.count) / Double(x.count + y.count)).squareRoot()
    let lambda = (n + 0.12 + 0.11 / n) * gap
    guard lambda > 0.2 else { return 1 }
    let sum = (1...100).reduce(0.0) {
      $0 + ($1 % 2 == 1 ? 2 : -2) * exp(-2 * lambda * lambda * Double($1 * $1))
    }
    return min(1, max(0, sum))
  }

  /// How long puts take is approximate (docs/decisions/0095): the means of these agree within two percent.
  private static let approximate: Set = ["put p50", "put p99", "put mean"]

  @Test("obeys one law with record by record", arguments: loads) func oneLaw(_ load: Load) {
    let records = Self.samples(load, .record, from: 1_000), intervals = Self.samples(load, .adaptive, from: 500_000)
    let level = 0.001 / Double(Self.loads.count * Self.names.count)
    for (name, pair) in zip(Self.names, zip(records, intervals)) {
      let p = Self.kolmogorovSmirnov(pair.0, pair.1)
      let means = (pair.0.reduce(0, +) / Double(Self.seeds), pair.1.reduce(0, +) / Double(Self.seeds))
      let isNear = Self.approximate.contains(name) && abs(means.0 - means.1) < 0.02 * means.0
      #expect(p > level || isNear, "\(load.name): \(name) differs, p = \(p), means \(means)")
    }
  }

  @Test("a planted bias of 1 % is found") func bias() {
    let load = Load(name: "load 0.7", rate: 1_400)
    let records = Self.samples(load, .record, from: 1_000)
    let biased = Self.samples(load, .adaptive, from: 500_000, factor: 1.01)
    let p = Self.kolmogorovSmirnov(records[0], biased[0])
    #expect(p < 0.001, "p = \(p)")
  }

  /// Records stored and refused in some seconds of so many seeds: five seconds apart, so that they are as good as independent.
  private static func seconds(
    _ load: Load, _ resolution: Resolution, from seed: Int, factor: Double = 1
  ) -> (stored: [Double], refused: [Double]) {
    var stored: [Double] = [], refused: [Double] = []
    for index in 0..<seeds {
      let experiment = load.experiment(resolution, seed: UInt64(seed + index), factor: factor)
      let bins = Fixture.result(of: experiment).streams[0].bins
      for second in [6, 11, 16] {
        stored.append(Double(bins[second].incomingRecords))
        refused.append(Double(bins[second].throttledRecords))
      }
    }
    return (stored, refused)
  }

  /// The chi-square test's p value of two samples having one law, over at most eight classes that hold as many values each; by
  /// Wilson and Hilferty's normal approximation (1931).
  static func chiSquare(_ a: [Double], _ b: [Double]) -> Double {
    let all = (a + b).sorted()
    let edges = Set((1..<8).map { all[all.count * $0 / 8] }).sorted()
    func classes(_ values: [Double]) -> [Double] {
      var counts = Array(repeating: 0.0, count: edges.count + 1)
      for value in values { counts[edges.lastIndex { value >= $0 }.map { $0 + 1 } ?? 0] += 1 }
      return counts
    }
    var sum = 0.0, used = 0.0
    for (x, y) in zip(classes(a), classes(b)) where x + y > 0 {
      let part = (x + y) / Double(a.count + b.count)
      let (ex, ey) = (part * Double(a.count), part * Double(b.count))
      sum += (x - ex) * (x - ex) / ex + (y - ey) * (y - ey) / ey
      used += 1
    }
    guard used > 1 else { return 1 }
    let degrees = used - 1, spread = 2 / (9 * degrees)
    return 0.5 * erfc((cbrt(sum / degrees) - 1 + spread) / spread.squareRoot() / 2.0.squareRoot())
  }

  @Test("its seconds obey one law, and a planted bias of 1 % in them is found", arguments: [1, 3, 4, 5, 6, 7])
  func seconds(
    _ load: Int
  ) {
    let records = Self.seconds(Self.loads[load], .record, from: 2_000)
    let settled = Self.seconds(Self.loads[load], .adaptive, from: 600_000)
    let p = (Self.chiSquare(records.stored, settled.stored), Self.chiSquare(records.refused, settled.refused))
    #expect(p.0 > 0.001 / 12 && p.1 > 0.001 / 12, "\(Self.loads[load].name): p = \(p)")
  }

  @Test(
    "a child that is found late is read to its tip, pushed or polled", arguments: [Fixture.Kind.kclFanOut, .kclPolling])
  func catchesUp(_ kind: Fixture.Kind) {
    let load = Load(
      name: "", rate: 1_700, reader: Fixture.consumer(kind),
      events: [ScheduledEvent(at: .seconds(20), action: .splitShard(stream: 0, shard: nil, at: nil))])
    var experiment = load.experiment(.adaptive, seed: 3)
    experiment.horizon.duration = .seconds(400)
    let result = Fixture.result(of: experiment)
    #expect(result.streams[0].reshards.count == 1)
    #expect(result.consumers[0].backlog < 2_500 && result.consumers[0].iteratorAgeLast < .seconds(2))
    #expect(result.consumers[0].records > result.records.accepted - 2_500)
  }

  @Test("gives the same bytes each time, and another run for another seed") func deterministic() {
    let load = Self.loads[2]
    let (a, b) = (load.experiment(.adaptive, seed: 4), load.experiment(.adaptive, seed: 5))
    #expect(Fixture.result(of: a).trajectoryHash == Fixture.result(of: a).trajectoryHash)
    #expect(Fixture.result(of: a).trajectoryHash != Fixture.result(of: b).trajectoryHash)
    guard case .equal = DrawCheck.run(PreparedExperiment(a)) else { return #expect(Bool(false), "diverged") }
  }

  @Test("says of every stream how it went, and why") func reasons() {
    func reason(_ change: (inout Load) -> Void) -> String? {
      var load = Self.loads[0]
      change(&load)
      return Fixture.result(of: load.experiment(.adaptive, seed: 1)).resolutions[0].reason
    }
    #expect(reason { _ in } == nil)
    #expect(reason { $0.arrivals = .paced } == "the records of producer web are evenly spaced")
    #expect(reason { $0.keys = KeySpec(.roundRobinExplicit) } == "producer web goes round the shards")
    #expect(reason { $0.retry.buffer = Bytes(1_000) } == "the buffers of producer web could fill")
    #expect(
      reason {
        $0.events = [ScheduledEvent(at: .seconds(1), length: .seconds(1), action: .errorBurst(stream: nil, share: 1))]
      } == "a fault hits whole calls")
  }

  @Test("goes on record by record when what is tried again fills the buffers") func fallsBack() async {
    var load = Load(name: "far too much", rate: 6_000, retry: Self.retrying)
    load.retry.maxAttempts = 100
    load.retry.buffer = .mebibytes(1)
    let prepared = PreparedExperiment(load.experiment(.adaptive, seed: 1))
    #expect(prepared.resolutions[0].resolution == .adaptive)
    let results = await Replications.run(prepared, count: 1, workers: 1, isInterrupted: { false }) { _ in }
    #expect(results[0].resolutions[0].resolution == .record)
    #expect(results[0].resolutions[0].reason?.contains("fills half of its buffers") == true)
    let records = Fixture.result(of: load.experiment(.record, seed: 1))
    #expect(results[0].trajectoryHash == records.trajectoryHash)
  }
}
