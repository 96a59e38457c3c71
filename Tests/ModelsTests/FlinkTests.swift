import Experiment
import KinesisCore
import Simulation
import Testing
import Units

@testable import Models

@Suite("Flink's autoscaler in virtual time")
struct FlinkAutoscalerTests {
  /// The minutes after which the parallelism changes, and to what.
  private static func changes(
    _ busy: [(percent: Double, minutes: Int)], from parallelism: Int = 4, least: Int = 4, most: Int = 128
  ) -> [String] {
    var scaler = FlinkAutoscaler(least: least, most: most, limits: .current)
    var (now, minute): (Int, Int) = (parallelism, 0)
    var changes: [String] = []
    for (percent, minutes) in busy {
      for _ in 0..<minutes {
        minute += 1
        let worked = Interval(nanoseconds: Int64(percent * 600_000_000))
        guard let wanted = scaler.close(busy: worked, parallelism: now) else { continue }
        now = wanted
        changes.append("\(minute):\(wanted)")
      }
    }
    return changes
  }

  @Test("it doubles after fifteen consecutive minutes at 75 % or more")
  func up() {
    #expect(Self.changes([(75, 14), (74.9, 1), (75, 14)]) == [])
    #expect(Self.changes([(75, 15)]) == ["15:8"])
    #expect(Self.changes([(100, 45)]) == ["15:8", "30:16", "45:32"])
  }

  @Test("it halves, rounded up, after 360 consecutive minutes below 10 %")
  func down() {
    #expect(Self.changes([(9.9, 359), (10, 1), (9.9, 359)], from: 16) == [])
    #expect(Self.changes([(9.9, 360)], from: 16) == ["360:8"])
    #expect(Self.changes([(0, 720)], from: 7, least: 1) == ["360:4", "720:2"])
  }

  @Test("never below the configured parallelism, never above the largest")
  func bounds() {
    #expect(Self.changes([(0, 2_000)], from: 10, least: 4) == ["360:5", "720:4"])
    #expect(Self.changes([(100, 120)], most: 20) == ["15:8", "30:16", "45:20"])
  }
}

@Suite("Flink's windows")
struct FlinkWindowTests {
  private static func at(_ seconds: Int64) -> Instant { Instant(seconds: 3_600_000 + seconds) }

  @Test("a tumbling window gives its result when it ends, and holds its records until then")
  func tumbling() {
    var windows = FlinkWindows(size: .seconds(60), slide: .seconds(60))
    #expect(windows.take(10, arrived: Self.at(5), at: Self.at(6)) == Self.at(60))
    #expect(windows.take(10, arrived: Self.at(59), at: Self.at(59)) == Self.at(60))
    #expect(windows.held == 20)
    #expect(windows.take(1, arrived: Self.at(60), at: Self.at(60)) == Self.at(120))
    #expect(windows.held == 1 && windows.peak == 20)
    // Late: its window is over.
    #expect(windows.take(1, arrived: Self.at(59), at: Self.at(61)) == Self.at(61))
  }

  @Test("a sliding window gives a first result at the next slide, and holds records for its size")
  func sliding() {
    var windows = FlinkWindows(size: .seconds(60), slide: .seconds(10))
    #expect(windows.take(7, arrived: Self.at(5), at: Self.at(5)) == Self.at(10))
    for second in Int64(6)...59 { _ = windows.take(1, arrived: Self.at(second), at: Self.at(second)) }
    #expect(windows.held == 61)
    _ = windows.take(1, arrived: Self.at(60), at: Self.at(60))
    #expect(windows.held == 1 + 61 - 7 - 4)
  }
}

@Suite("Flink applications")
struct FlinkTests {
  private static func consumer(
    _ flink: FlinkSpec, _ reading: ConsumerSpec.Reading = .polling, name: String = "job"
  ) -> ConsumerSpec {
    ConsumerSpec(
      name: name, stream: 0, application: .flink(flink), reading: reading, pollInterval: .milliseconds(200))
  }

  private static func run(
    _ consumers: [ConsumerSpec], rate: Double, seconds: Int64, curve: RateCurve? = nil, shards: Int = 1
  ) -> RunResult {
    Fixture.result(
      of: Fixture.experiment(
        seconds: seconds, shards: shards, producers: [Fixture.producer(rate: rate, curve: curve)], consumers: consumers)
    )
  }

  @Test("it takes exactly its rate: parallelism over parallelism per KPU, rounded up, times the rate of one")
  func rate() {
    let spec = FlinkSpec(parallelism: 5, parallelismPerKPU: 4, ratePerKPU: 150)
    let result = Self.run([Self.consumer(spec)], rate: 600, seconds: 100)
    #expect(abs(Double(result.consumers[0].records) - 300 * 99.5) < 300)
    #expect(result.consumers[0].records + result.consumers[0].backlog == result.records.accepted)
    guard let flink = result.consumers[0].flink else { return #expect(Bool(false)) }
    #expect(flink.busy.inSeconds > 98)
    // Two KPUs and one for orchestration.
    #expect(abs(flink.kpuHours - 3 * 100 / 3_600) < 1e-9)
  }

  @Test("one job with the connector's default and a reader a second exceed five calls; with fan-out they do not")
  func fiveCalls() {
    let poller = Fixture.consumer("delivery", .sdkPolling)
    func refused(_ reading: ConsumerSpec.Reading, _ others: [ConsumerSpec]) -> Int64 {
      let job = Self.consumer(FlinkSpec(ratePerKPU: 10_000), reading)
      return Self.run([job] + others, rate: 50, seconds: 100).consumers.reduce(0) { $0 + $1.throttledCalls }
    }
    #expect(refused(.polling, []) == 0)
    #expect(refused(.polling, [poller]) > 80)
    #expect(refused(.fanOut, [poller]) == 0)
  }

  @Test("a job that is too small doubles after fifteen minutes, stands still for a minute, then catches up")
  func scalesUp() {
    let spec = FlinkSpec(parallelism: 1, ratePerKPU: 30, scaling: .automatic(upTo: 8))
    let result = Self.run([Self.consumer(spec, .fanOut)], rate: 40, seconds: 3_600)
    guard let flink = result.consumers[0].flink else { return #expect(Bool(false)) }
    #expect(flink.scaledUp >= 1 && flink.scaledDown == 0)
    let changes = Fixture.note(result, .applicationRescaled).map { ($0.at - result.experiment.horizon.start).inSeconds }
    #expect(changes.first == 900)
    #expect(flink.outage == .seconds(60 * Int64(changes.count)))
    #expect(result.consumers[0].iteratorAgeLast < .seconds(5))
    #expect(result.consumers[0].records + result.consumers[0].backlog == result.records.accepted)
  }

  @Test("a rescale may stand still for twenty minutes, as large state has it") func slowRescale() {
    let spec = FlinkSpec(
      parallelism: 1, ratePerKPU: 30, scaling: .automatic(upTo: 2), rescale: .minutes(20))
    let result = Self.run([Self.consumer(spec, .fanOut)], rate: 40, seconds: 2_400)
    let changes = Fixture.note(result, .applicationRescaled)
    #expect(changes.count == 1 && result.consumers[0].flink?.outage == .minutes(20))
    #expect(result.consumers[0].iteratorAgeMax >= .minutes(20))
  }

  @Test("a job that idles for six hours halves, not below what was configured")
  func scalesDown() {
    let spec = FlinkSpec(parallelism: 2, ratePerKPU: 20, scaling: .automatic(upTo: 16))
    let curve = RateCurve.stages([
      RateCurve.Stage(length: .minutes(40), rate: RecordsPerSecond(38), shape: .hold),
      RateCurve.Stage(length: .hours(8), rate: RecordsPerSecond(0.2), shape: .hold),
    ])
    let result = Self.run([Self.consumer(spec, .fanOut)], rate: 0, seconds: 8 * 3_600, curve: curve)
    guard let flink = result.consumers[0].flink else { return #expect(Bool(false)) }
    #expect(flink.scaledUp == 1 && flink.scaledDown == 1)
    #expect(flink.parallelism == 2 && flink.parallelismPeak == 4)
  }

  @Test("a window adds the wait for its end: half its size on average")
  func windowLatency() {
    let spec = FlinkSpec(ratePerKPU: 10_000, window: .tumbling(size: .seconds(10)))
    let result = Self.run([Self.consumer(spec)], rate: 100, seconds: 300)
    guard let flink = result.consumers[0].flink else { return #expect(Bool(false)) }
    #expect(abs(flink.windowLatency.mean.inSeconds - 5) < 0.3)
    #expect((900...1_100).contains(flink.heldPeak))
    #expect(flink.windowLatency.count == result.records.accepted)
  }
}
