import Experiment
import KinesisCore
import Models
import Planning
import Pricing
import Testing
import Units

@Suite("What if")
struct WhatIfTests {
  private static let load = StreamLoad(
    name: "s", meanRecords: 3_000, peakRecords: 4_500, size: Bytes(1_400), pollers: 2, fanOut: 1, retention: .days(30))
  private static let whatIf = WhatIf(load, shards: 7, limits: .current, prices: .current, region: "us-east-1")

  /// What a notebook computes of the lines.
  private static func month(_ mode: BillingMode, shards: Int, factor: Double) -> Double {
    let own = whatIf.lines.filter { $0.mode == mode }
    let quantity = { (line: WhatIf.Line) in
      line.fixed + line.perShard * Double(shards) + line.perLoad * factor
    }
    return own.reduce(0) { sum, line in
      var amount = quantity(line)
      if line.atLeast > 0 {
        let used = own.filter { $0.commitment == line.commitment }.reduce(0) { $0 + quantity($1) }
        amount = max(0, line.atLeast - used)
      }
      return sum + amount * (line.price?.tiers[0].price.inDollars ?? 0)
    }
  }

  @Test("the lines, multiplied out, are the bills to a tenth of a cent in every combination") func lines() {
    let rows = Self.whatIf.rows
    #expect(rows.count > 60)
    for row in rows {
      let sum = Self.month(row.mode, shards: row.shards ?? 0, factor: row.loadFactor)
      #expect(abs(sum - row.bill.total.inDollars) < 0.001, "\(row.mode) \(row.shards ?? 0) \(row.loadFactor)")
    }
  }

  @Test("twice the shards are half as full; the most asked limit decides") func utilization() throws {
    let rows = Self.whatIf.rows.filter { $0.mode == .provisioned && $0.loadFactor == 1 }
    let seven = try #require(rows.first { $0.shards == 7 }?.utilization)
    let fourteen = try #require(rows.first { $0.shards == 14 }?.utilization)
    #expect(seven == 2 * fourteen)
    // 4,500 records of 1,400 B as they are, against 1 MiB/s in; two pollers against 2 MiB/s out: the same.
    #expect(abs(seven - 4_500.0 * 1_400 / (7 * 1_048_576)) < 1e-12)
    #expect(Self.whatIf.rows.allSatisfy { ($0.mode == .provisioned) == ($0.shards != nil) })
  }

  @Test("each load has a number of shards that holds it with headroom") func counts() {
    for factor in WhatIf.factors {
      let rows = Self.whatIf.rows.filter { $0.mode == .provisioned && $0.loadFactor == factor }
      #expect(rows.contains { ($0.utilization ?? 2) <= 1 / (1 + WhatIf.headroom) })
    }
  }

  @Test("on-demand Advantage has a commitment in and out, the other modes none") func commitment() {
    let floors = Self.whatIf.lines.filter { $0.atLeast > 0 }
    #expect(floors.map(\.mode) == [.onDemandAdvantage, .onDemandAdvantage])
    #expect(floors.compactMap(\.commitment) == [.dataIn, .dataOut])
    // 25 MiB/s for 730 h are 64,160 GB of 2^30 bytes.
    #expect(floors.allSatisfy { abs($0.atLeast - 25.0 / 1_024 * 730 * 3_600) < 1e-6 })
  }

  private func minute(at rate: Double) -> RateCurve.Stage {
    RateCurve.Stage(length: .minutes(1), rate: RecordsPerSecond(rate), shape: .hold)
  }

  @Test("a load measured in a run has its means, its busiest minute and its readers") func measured() throws {
    let experiment = Experiment(
      name: "m", horizon: Horizon(duration: .minutes(3)), streams: [StreamSpec(name: "s", shards: 4)],
      producers: [
        ProducerSpec(
          name: "p", stream: 0, rate: .stages([100, 300, 200].map(minute)),
          size: .drawn(.constant(1_500)), keyBytes: 36)
      ])
    var run = World(PreparedExperiment(experiment), replication: 0)
    while !run.advance(limit: 100_000) {}
    let result = run.finish(isComplete: true)
    let load = try #require(StreamLoad(measured: result.streams[0], in: result))
    #expect(abs(load.mean.records - 200) < 10 && abs(load.peak.records - 300) < 30)
    #expect(abs(load.mean.bytes / load.mean.records - 1_536) < 1e-6)
    #expect(
      abs(load.mean.roundedBytes / load.mean.records - 2_048) < 1e-6 && load.mean.payloadUnits == load.mean.records)
    #expect(abs(load.peak.roundedBytes / load.peak.bytes - 2_048.0 / 1_536) < 1e-9)
    #expect(load.pollers == 0 && load.fanOut == 0)
  }
}
