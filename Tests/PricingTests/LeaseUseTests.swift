import Pricing
import Testing
import Units

/// The KCL's requests to DynamoDB, against N§6.
@Suite("What the KCL asks of DynamoDB")
struct LeaseUseTests {
  /// Which generation of the library.
  enum Library: CaseIterable {
    case two, three
  }

  /// N§6's periods for a fail-over time in seconds.
  static func rhythm(_ library: Library, failover: Int64 = 10) -> LeaseUse.Rhythm {
    let slack = Interval.milliseconds(25), time = Interval.seconds(failover)
    return LeaseUse.Rhythm(
      renewal: .milliseconds(failover * 1_000 / 3) - slack, scan: library == .two ? (time + slack) * 2 : time * 2,
      discovery: library == .two ? nil : time - slack, checkpoint: .seconds(60), election: .seconds(300),
      audit: .seconds(120), metrics: .seconds(30), heartbeat: .seconds(30), leaderCheck: .seconds(30), leaseBytes: 400,
      indexBytes: 91)
  }

  /// A month of 730 h; batches enough for each checkpoint that may be.
  static func use(
    _ rhythm: LeaseUse.Rhythm, shards: Int128, workers: Int, batches: Int128 = 1 << 60
  ) -> LeaseUse {
    var use = LeaseUse(workers: workers, rhythm: rhythm)
    (use.span, use.held, use.batches) = (.hours(730), shards * Int128(Interval.hours(730).nanoseconds), batches)
    return use
  }

  static func bill(_ use: LeaseUse) -> Bill {
    var application = ApplicationUse("app")
    application.leases = use
    var all = Use()
    all.applications = [application]
    return Bill(all.usage(over: .hours(730)), for: .month730h, book: .current, region: "us-east-1")
  }

  private static func dollars(_ item: PriceItem, _ use: LeaseUse) -> Double {
    bill(use).lines.filter { $0.item == item }.reduce(0) { $0 + $1.amount.inDollars }
  }

  @Test("100 shards, 10 workers and a checkpoint a minute under KCL 3 are $53.3 a month, 93 % of it renewals (N§6)")
  func example() {
    let use = Self.use(Self.rhythm(.three), shards: 100, workers: 10)
    #expect((Self.bill(use).total.inDollars * 10).rounded() == 533)
    // Renewals every 3.308 s, and nothing else that is written for a lease.
    let renewals = Self.dollars(
      .leaseWrite, Self.use(Self.rhythm(.two), shards: 100, workers: 10, batches: 0))
    #expect((renewals * 100).rounded() == 4_965)
    #expect((renewals / Self.bill(use).total.inDollars * 100).rounded() == 93)
  }

  @Test(
    "the leader's scans and audits of KCL 3 cost by the table's size (N§6)",
    arguments: [(100, 0.0821 + 0.0137), (1_000, 0.805 + 0.134), (10_000, 8.02 + 1.337)] as [(Int128, Double)])
  func scans(_ example: (shards: Int128, dollars: Double)) {
    // Without workers nobody asks the index or reads the lock: but for the leader's own reads.
    let use = Self.use(Self.rhythm(.three), shards: example.shards, workers: 1)
    let own = (Double((example.shards * 91 + 4_095) / 4_096) / 2 * 263_459 + 131_400) * 0.125 / 1e6
    #expect(abs(Self.dollars(.leaseRead, use) - own - example.dollars) < 0.005 * example.dollars)
  }

  @Test("a worker of KCL 3 adds its metrics, its look at the index and at the lock, and no scan (N§6)")
  func worker() {
    let cost = { (workers: Int) in
      Self.bill(Self.use(Self.rhythm(.three), shards: 40, workers: workers)).total.inDollars
    }
    #expect(abs(cost(3) - cost(2) - (0.05475 + 0.01647 + 0.00821)) < 0.0001)
  }

  @Test("each worker of KCL 2 scans every 20.05 s, and every five minutes for the election (N§6)")
  func two() {
    let cost = { (workers: Int) in
      Self.dollars(.leaseRead, Self.use(Self.rhythm(.two), shards: 100, workers: workers))
    }
    // 131,072 and 8,760 scans of 40,000 bytes, 5 units each.
    #expect(abs(cost(1) - (131_072 + 8_760) * 5 * 0.125 / 1e6) < 1e-4)
    #expect(abs(cost(7) - 7 * cost(1)) < 1e-4)
  }

  @Test("all of it follows the fail-over time", arguments: Library.allCases)
  func failover(_ library: Library) {
    func read(_ failover: Int64) -> Double {
      var rhythm = Self.rhythm(library, failover: failover)
      (rhythm.election, rhythm.audit) = (.days(3_650), .days(3_650))
      return Self.dollars(.leaseRead, Self.use(rhythm, shards: 100, workers: 4))
    }
    func write(_ failover: Int64) -> Double {
      Self.dollars(.leaseWrite, Self.use(Self.rhythm(.two, failover: failover), shards: 100, workers: 4, batches: 0))
    }
    #expect(abs(read(1) / read(10) - 10) < 1.5 && abs(read(10) / read(100) - 10) < 1.5)
    #expect(abs(write(1) / write(10) - 3_308.0 / 308) < 0.01 && abs(write(10) / write(30) - 9_975.0 / 3_308) < 0.01)
    // A shard's lease at 30 s: $0.1647 a month (N§6).
    #expect(abs(write(30) / 100 - 0.1647) < 0.0001)
  }
}
