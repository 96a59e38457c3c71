import Planning
import Testing
import Units

@Suite("Queues in closed form")
struct QueueFormTests {
  private static func form(_ failure: Double, _ maxReceives: Int? = 6) -> QueueForm {
    QueueForm(
      rate: 10_000, service: .milliseconds(200), failureHolds: .seconds(30), failure: failure, maxReceives: maxReceives)
  }

  @Test(
    "attempts and dead share (oracles 1, 2)",
    arguments: [
      (0.5, 6, 1.96875, 0.015625), (0.5, 3, 1.75, 0.125), (0.9, 6, 4.68559, 0.531441), (1, 6, 6, 1),
      (0.1, 6, 1.11111, 1e-6), (0.3, 1, 1, 0.3),
    ])
  func attempts(failure: Double, most: Int, attempts: Double, dead: Double) {
    let form = Self.form(failure, most)
    #expect(abs(form.attempts - attempts) < 1e-5 && abs(form.deadShare - dead) < 1e-9)
  }

  @Test(
    "in flight on average (oracle 3)",
    arguments: [(0, 2_000), (0.01, 5_030.3), (0.05, 17_789.5), (0.1, 35_333.3), (0.2, 76_995.1), (0.3, 130_476)])
  func inFlight(failure: Double, records: Double) {
    #expect(abs(Self.form(failure).inFlight - records) < 0.5 + records * 1e-5)
  }

  @Test("the share of failures at the wall (oracle 4)")
  func wall() throws {
    let most = try #require(Self.form(0).mostFailure(inFlight: 120_000))
    let none = try #require(Self.form(0, nil).mostFailure(inFlight: 120_000))
    #expect(abs(most - 0.28240) < 1e-5 && abs(none - 0.28230) < 1e-5)
    var light = Self.form(0)
    light.rate = 10
    #expect(light.mostFailure(inFlight: 120_000) == nil)
  }

  @Test(
    "the most records a second (oracle 5)",
    arguments: [(0.2, 600_000), (1, 120_000), (12, 10_000), (30, 4_000), (300, 400), (43_200, 2.7778)])
  func most(seconds: Double, rate: Double) {
    let form = QueueForm(
      rate: 1, service: .milliseconds(Int64(seconds * 1_000)), failureHolds: .zero, failure: 0, maxReceives: 6)
    #expect(abs(form.mostRate(inFlight: 120_000) / rate - 1) < 1e-5)
  }

  @Test("the shortest safe visibility of exponential work, alone and in batches of ten (oracles 7, 8)")
  func exponential() {
    let safe = SafeVisibility.exponential(mean: .seconds(2), outlasting: 1e-6)
    #expect(abs(safe.inSeconds - 27.63) < 0.005)
    let share = WorkLaw.exponential(mean: .seconds(2)).share(outlasting: safe, for: 1)
    #expect(abs(10_000 * share * 86_400 - 864) < 0.1, "duplicates a day at 10,000/s")
    for (share, alone, ten) in [(1e-2, 4.605, 18.783), (1e-4, 9.210, 26.193), (1e-6, 13.816, 32.710)] {
      #expect(abs(SafeVisibility.exponential(mean: .seconds(1), outlasting: share).inSeconds - alone) < 6e-4)
      #expect(abs(SafeVisibility.batch(of: 10, mean: .seconds(1), outlasting: share).inSeconds - ten) < 6e-4)
    }
  }

  @Test("the shortest safe visibility of lognormal work (oracle 9)")
  func lognormal() {
    for (sigma, share, seconds) in [
      (1.0, 1e-2, 10.24), (1, 1e-4, 41.22), (1, 1e-6, 115.98), (1.5, 1e-2, 32.8), (1.5, 1e-4, 264.7),
      (1.5, 1e-6, 1_249),
    ] {
      let found = SafeVisibility.lognormal(median: .seconds(1), sigma: sigma, outlasting: share).inSeconds
      #expect(abs(found / seconds - 1) < 1e-3, "\(found)")
    }
  }

  @Test("threads: the attempts' time, and two calls that ten share")
  func threads() {
    #expect(abs(Self.form(0).threads(call: .milliseconds(10), batch: 10) - 10_000 * 0.202) < 1e-6)
  }
}
