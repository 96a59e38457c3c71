import Experiment
import Foundation
import KinesisCore
import Models
import Planning
import Pricing
import Testing
import Units

/// The closed form against a simulated run of the same experiment: line by line, quantity by quantity.
@Suite("The bill of a scenario")
struct ScenarioBillTests {
  /// What one line is billed in a run and in the closed form.
  struct Residual: CustomStringConvertible {
    var item: PriceItem, scope: Scope
    var run: Double, closed: Double
    var deviation: Double { run == 0 ? (closed == 0 ? 0 : .infinity) : closed / run - 1 }
    var description: String { "\(scope) \(item.rawValue): run \(run), closed form \(closed)" }
  }

  static func run(_ experiment: Experiment) -> Bill {
    var run = World(PreparedExperiment(experiment), replication: 0)
    while !run.advance(limit: 1_000_000) {}
    return run.finish(isComplete: true).bill
  }

  static func closed(_ experiment: Experiment) -> ScenarioBill { ScenarioBill(experiment, headroom: 0.25) }

  static func residuals(_ experiment: Experiment) -> [Residual] {
    let run = run(experiment), closed = closed(experiment).own
    func quantity(_ bill: Bill, _ item: PriceItem, _ scope: Scope) -> Double {
      bill.lines.filter { $0.item == item && $0.scope == scope }.reduce(0) { $0 + $1.units(in: bill.period) }
    }
    var keys: [(PriceItem, Scope)] = []
    for line in run.lines + closed.lines where !keys.contains(where: { $0.0 == line.item && $0.1 == line.scope }) {
      keys.append((line.item, line.scope))
    }
    return keys.map { item, scope in
      Residual(
        item: item, scope: scope, run: quantity(run, item, scope), closed: quantity(closed, item, scope))
    }
  }

  static func steady(
    _ mode: CapacityMode = .provisioned, seconds: Int64 = 400, rate: Double = 20, shards: Int = 2,
    size: Distribution = .constant(1_500)
  ) -> Experiment {
    var spec = StreamSpec(name: "clicks", shards: mode == .provisioned ? shards : 4)
    spec.capacity = StreamCapacity(mode: mode)
    return Experiment(
      name: "steady", horizon: Horizon(duration: .seconds(seconds)), streams: [spec],
      producers: [
        ProducerSpec(
          name: "web", stream: 0, processes: 2, rate: .constant(RecordsPerSecond(rate)), arrivals: .paced,
          size: .drawn(size), batching: .putRecord)
      ],
      consumers: [
        ConsumerSpec(
          name: "poller", stream: 0, application: .plainLoop, reading: .polling, pollInterval: .seconds(1))
      ])
  }

  static func expectClose(_ experiment: Experiment, _ what: String, within tolerance: Double = 0.01) {
    let residuals = residuals(experiment)
    #expect(!residuals.isEmpty)
    show(residuals, what)
    for residual in residuals { #expect(abs(residual.deviation) <= tolerance, "\(residual)") }
  }

  /// The rows of docs/cost.md: WEIR_SHOW_COST=1 swift test --filter ScenarioBillTests | grep "^| "
  static func show(_ residuals: [Residual], _ what: String) {
    guard ProcessInfo.processInfo.environment["WEIR_SHOW_COST"] != nil else { return }
    for residual in residuals {
      let figures = [residual.run, residual.closed].map { String(format: "%.6g", $0) }.joined(separator: " | ")
      let whose = residual.scope == .account ? " of the account" : ""
      print(
        "| \(what) | `\(residual.item.rawValue)`\(whose) | \(figures) | \(String(format: "%+.2f %%", residual.deviation * 100)) |"
      )
    }
  }

  @Test("a steady stream costs in closed form what it costs in a run, in each mode", arguments: CapacityMode.allCases)
  func modes(_ mode: CapacityMode) {
    var experiment = Self.steady(mode)
    experiment.streams[0].retention = .days(9)
    experiment.streams[0].shardLevelMetrics = ShardLevelMetric.allCases
    experiment.consumers.append(
      ConsumerSpec(
        name: "pushed", stream: 0, application: .recordProcessors, reading: .fanOut, pollInterval: .seconds(1)))
    let residuals = Self.residuals(experiment)
    Self.show(residuals, mode.words)
    for residual in residuals {
      #expect(abs(residual.deviation) <= 0.01, "\(residual)")
    }
    #expect(residuals.contains { $0.item == .shardMetric } && residuals.contains { $0.item == .longTermRetention })
  }

  @Test("a delivery stream: rounding, conversion, objects, requests, storage, network")
  func firehose() {
    var experiment = Self.steady(seconds: 3_600, rate: 8, size: .uniform(low: 2_000, high: 9_000))
    var lake = DeliveryConfiguration(
      name: "lake", region: "us-east-1", source: .stream(retention: .hours(24)), destination: .s3)
    lake.buffer = .init(size: .mebibytes(64), interval: .seconds(60))
    lake.format = .parquet(.none)
    lake.compressionPermille = 4_000
    var spec = FirehoseSpec(lake, stream: 0)
    spec.vpcZones = 2
    experiment.firehoses = [spec]
    // The last buffer of an hour is not delivered yet: one in sixty.
    Self.expectClose(experiment, "Parquet by the minute", within: 0.02)
  }

  @Test("a buffer that fills before its time: as many objects as bytes over size")
  func fullBuffers() {
    var experiment = Self.steady(seconds: 300, rate: 100, size: .constant(20_000))
    experiment.streams[0].shards = 4
    var raw = DeliveryConfiguration(
      name: "raw", region: "us-east-1", source: .stream(retention: .hours(24)), destination: .s3)
    raw.buffer = .init(size: .mebibytes(1), interval: .seconds(30))
    raw.backup = .all
    raw.backupBuffer = .init(size: .mebibytes(1), interval: .seconds(60))
    experiment.firehoses = [FirehoseSpec(raw, stream: 0)]
    Self.expectClose(experiment, "full buffers, backup", within: 0.02)
  }

  @Test("dynamic partitions make an object each and interval; beyond those that may be active, data finds no place")
  func partitions() {
    func bill(_ keys: Int) -> ScenarioBill {
      var experiment = Self.steady(rate: 200)
      var lake = DeliveryConfiguration(
        name: "lake", region: "us-east-1", source: .stream(retention: .hours(24)), destination: .s3)
      lake.buffer = .init(size: .mebibytes(64), interval: .seconds(300))
      lake.partitioning = .init(maxActive: 500)
      var spec = FirehoseSpec(lake, stream: 0)
      spec.partitionKeys = keys
      experiment.firehoses = [spec]
      return Self.closed(experiment)
    }
    func quantity(_ item: PriceItem, _ bill: ScenarioBill) -> Double {
      bill.own.lines.first { $0.item == item }?.units(in: .month730h) ?? 0
    }
    let few = bill(100), many = bill(3_000), objects = 2_628_000.0 / 300 / 1_000
    #expect(abs(quantity(.firehosePartitionedObject, few) / (100 * objects) - 1) < 0.01 && few.warnings.isEmpty)
    #expect((400 * objects...500 * objects).contains(quantity(.firehosePartitionedObject, many)))
    let share = quantity(.firehosePartitionedData, many) / quantity(.firehosePartitionedData, few)
    #expect(share > 0.12 && share < 0.2 && many.warnings.count == 1)
  }

  @Test("a Lambda mapping: an invocation a poll and shard, or one a window")
  func function() {
    for window in [Interval.zero, .seconds(5)] {
      var experiment = Self.steady(seconds: 900, rate: 10)
      let function = FunctionSpec(batchSize: 500, window: window, memory: 512)
      experiment.consumers = [
        ConsumerSpec(
          name: "enrich", stream: 0, application: .mapping(function), reading: .polling, pollInterval: .seconds(1),
          perBatch: .constant(20e6), perRecord: .constant(1e6))
      ]
      Self.expectClose(experiment, "Lambda, window \(window)", within: 0.02)
    }
  }

  @Test("a KCL application's lease table: renewals, scans, checkpoints")
  func leases() {
    var experiment = Self.steady(rate: 5)
    experiment.consumers = [
      ConsumerSpec(
        name: "app", stream: 0, application: .recordProcessors, reading: .polling, pollInterval: .milliseconds(1_500),
        workers: 3)
    ]
    Self.expectClose(experiment, "KCL, 3 workers", within: 0.02)
  }

  @Test("a Flink application, a channel, a camera")
  func others() {
    var experiment = Self.steady(.onDemandStandard)
    let flink = FlinkSpec(parallelism: 3, parallelismPerKPU: 2, ratePerKPU: 1_000)
    experiment.consumers = [
      ConsumerSpec(
        name: "job", stream: 0, application: .flink(flink), reading: .polling, pollInterval: .milliseconds(200))
    ]
    experiment.channels = [ChannelSpec(name: "table", stream: 0, destination: .s3Tables, freshness: .seconds(300))]
    experiment.neighbours.videoStreams = [VideoStreamSpec(name: "door", bitsPerSecond: 1_000_000)]
    let residuals = Self.residuals(experiment)
    Self.show(residuals, "Flink, channel, camera")
    // What a channel holds at the end is not delivered: at most five minutes of twenty.
    for residual in residuals where residual.item != .tableChannel {
      #expect(abs(residual.deviation) <= 0.01, "\(residual)")
    }
    #expect(residuals.contains { $0.item == .flinkStorage } && residuals.contains { $0.item == .videoIn })
  }

  @Test("KPL aggregates: fewer and larger records, in units and in bytes rounded up")
  func aggregates() {
    for mode in [CapacityMode.provisioned, .onDemandStandard] {
      var experiment = Self.steady(mode, seconds: 60, rate: 300, size: .constant(300))
      experiment.producers[0].batching = .kpl(KPLSpec())
      experiment.producers[0].retry = RetrySpec(policy: .kplTokenBucket)
      experiment.producers[0].arrivals = .poisson
      Self.expectClose(experiment, "KPL, \(mode.words)", within: 0.02)
    }
  }

  @Test("the scenario's own shards stand in its own mode, what the peak needs with headroom in the others")
  func shards() {
    let provisioned = Self.closed(Self.steady(rate: 3_000, shards: 7))
    #expect(provisioned.streams[0].shardsByMode[0] == 7 && provisioned.streams[0].needed == 6)
    #expect(provisioned.sides[0].bill == provisioned.own)
    let demand = Self.closed(Self.steady(.onDemandStandard, rate: 3_000))
    #expect(demand.streams[0].shardsByMode[0] == demand.streams[0].needed && demand.sides[1].bill == demand.own)
    #expect(demand.warnings.isEmpty)
    #expect(Self.closed(Self.steady(rate: 3_000, shards: 2)).warnings.count == 1)
  }

  @Test("one stream of one size breaks even where an estimate of the same load does")
  func breakEven() {
    let closed = Self.closed(Self.steady(rate: 5_000, size: .constant(1_000)))
    let load = StreamLoad(
      name: "s", meanRecords: 5_000, peakRecords: 5_000, size: Bytes(1_036), pollers: 1, fanOut: 0)
    let estimate = BreakEvens(load, headroom: 0.25, limits: .current, prices: .current, region: "us-east-1").all
    #expect(closed.breakEven.map(\.above) == estimate.map(\.above) && !estimate.isEmpty)
    for (a, b) in zip(closed.breakEven, estimate) { #expect(abs(a.factor - b.factor) < 1e-9 * b.factor) }
  }

  @Test("two streams under Advantage bear one commitment between them")
  func commitment() {
    var experiment = Self.steady(.onDemandAdvantage)
    experiment.streams.append(experiment.streams[0])
    experiment.streams[1].name = "orders"
    let bill = Self.closed(experiment).own
    #expect(bill.lines.filter { $0.scope == .account }.count == 2)
    let floor = Money(usd: "3079.6875") ?? .zero
    #expect(abs((bill.total - floor).inDollars) < 0.01)
  }

  @Test("months of 730 hours and of 30 days, a year, and the simulated time")
  func periods() {
    let experiment = Self.steady(seconds: 3_600)
    let hours = { (period: BillingPeriod) in
      ScenarioBill(experiment, period: period, headroom: 0).own.lines[0].units(in: period)
    }
    #expect(hours(.month730h) == 1_460 && hours(.month30d) == 1_440 && hours(.year) == 17_520 && hours(.none) == 2)
  }

  @Test("what a price book lacks is named with item, region and remedy, in every mode")
  func unpriced() {
    var experiment = Self.steady()
    experiment.region = "eu-central-1"
    let closed = Self.closed(experiment)
    for bill in closed.sides.map(\.bill) {
      #expect(bill.lines.isEmpty && !bill.unpriced.isEmpty)
      for use in bill.unpriced {
        #expect(use.reason.contains(use.item.rawValue) && use.reason.contains("eu-central-1"))
        #expect(use.reason.contains("price file"))
      }
    }
    #expect(closed.breakEven.isEmpty)
  }
}
