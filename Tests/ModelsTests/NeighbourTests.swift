import Experiment
import KinesisCore
import Simulation
import Testing
import Units

@testable import Models

@Suite struct `Neighbours of data streams` {
  static let limits = LimitsProfile.current

  static func video(_ change: (inout VideoStreamSpec) -> Void) -> VideoStreamSpec {
    var spec = VideoStreamSpec(name: "door", bitsPerSecond: 4_000_000)
    change(&spec)
    return spec
  }

  static func broken(_ change: (inout VideoStreamSpec) -> Void) -> [Limit.Key] {
    video(change).capacity(limits).checks.filter { !$0.holds }.map(\.limit)
  }

  @Test("AWS's example: 250 live viewers of two tracks with fragments of a second, not 251") func viewers() {
    let example = { (viewers: Int64) in
      Self.video { ($0.viewers, $0.tracks, $0.fragment, $0.playlistFragments) = (viewers, 2, .seconds(1), 5) }
    }
    let full = example(250).capacity(Self.limits)
    #expect(full.holds)
    #expect(full.checks.first { $0.limit == .video.mediaPoints }?.needs.value == 500)
    #expect(full.checks.first { $0.limit == .video.metadataPoints }?.needs.value == 2_500)
    let over = example(251).capacity(Self.limits).checks.filter { !$0.holds }
    #expect(over.map(\.limit) == [.video.mediaPoints])
  }

  @Test("fractions are decided exactly: 175 viewers of two tracks with fragments of 0.7 s fill 500 points") func exact()
  {
    let broken = Self.broken { ($0.viewers, $0.tracks, $0.fragment) = (175, 2, .milliseconds(700)) }
    #expect(broken == [.video.fragmentMinimum])
  }

  @Test("each limit of a video stream is broken by what just passes it") func eachLimit() {
    #expect(Self.broken { _ in } == [])
    #expect(Self.broken { $0.cameras = 10_001 } == [.video.streams])
    #expect(Self.broken { $0.producers = 2 } == [.video.putConnections])
    #expect(Self.broken { $0.bitsPerSecond = 100_000_000 } == [])
    #expect(Self.broken { $0.bitsPerSecond = 100_000_001 } == [.video.putBytes])
    #expect(Self.broken { $0.fragment = .milliseconds(999) } == [.video.fragmentMinimum])
    #expect(Self.broken { $0.fragment = .milliseconds(20_001) } == [.video.fragmentMaximum])
    #expect(
      Self.broken { ($0.bitsPerSecond, $0.fragment) = (40_000_001, .seconds(10)) } == [.video.fragmentBytes])
    #expect(Self.broken { $0.fragment = .milliseconds(199) } == [.video.fragmentMinimum, .video.fragments])
    #expect(Self.broken { $0.tracks = 4 } == [.video.tracks])
    #expect(Self.broken { $0.metadataTags = 11 } == [.video.metadataTags])
    #expect(Self.broken { $0.mediaReaders = 4 } == [.video.getConnections])
    #expect(Self.broken { $0.fragmentListReaders = 6 } == [.video.listConnections])
  }

  @Test("a month is 730 hours of the bitrate") func quantities() {
    let spec = Self.video { ($0.mediaReaders, $0.retention) = (2, .hours(48)) }
    let figures = spec.capacity(Self.limits).figures
    func value(_ name: String) -> Double { figures.first { $0.name == name }?.value ?? -1 }
    #expect(abs(value("ingested_month_bytes") / (500_000 * 730 * 3_600) - 1) < 1e-12)
    #expect(abs(value("get_media_month_bytes") / value("ingested_month_bytes") - 2) < 1e-12)
    #expect(value("hls_month_bytes") == 0)
    #expect(abs(value("stored_bytes") / (500_000 * 48 * 3_600) - 1) < 1e-12)
  }

  static func application(_ window: SQLApplicationSpec.Window, rate: Double = 100, keys: Int64 = 50)
    -> SQLApplicationSpec
  {
    SQLApplicationSpec(
      name: "old", stream: 0, rate: RecordsPerSecond(rate), row: Bytes(200), keys: keys, result: Bytes(100),
      window: window, units: 1)
  }

  @Test("a tumbling window holds a result a key and waits half its length") func tumbling() {
    let query = Self.application(.tumbling(.seconds(60)))
    #expect(query.stateBytes == 5_000 && query.wait == (30, 60))
    #expect(Self.application(.tumbling(.seconds(60)), rate: 0.5).stateBytes == 3_000)
  }

  @Test("a sliding window holds its rows and answers at once") func sliding() {
    #expect(Self.application(.sliding(.seconds(60))).stateBytes == 1_200_000)
    #expect(Self.application(.slidingRows(10)).stateBytes == 100_000)
    #expect(Self.application(.sliding(.seconds(60))).wait == (0, 0))
  }

  @Test("a stagger window's mean wait falls from its length to half of it as rows get denser") func stagger() {
    let sparse = Self.application(.stagger(.seconds(60)), rate: 0.001, keys: 1_000)
    let dense = Self.application(.stagger(.seconds(60)), rate: 100_000, keys: 1)
    #expect(abs(sparse.wait.mean - 60) < 0.01 && abs(dense.wait.mean - 30) < 0.01)
    #expect(sparse.wait.most == 60)
    #expect(dense.stateBytes <= 100 && sparse.stateBytes < 1_000 * 100)
  }

  @Test("the closed form of a stagger window agrees with a simulation of it") func staggerSimulated() {
    var stream = RandomStream(seed: 5, replication: 0, purpose: .service, entity: "tests.stagger")
    let (length, rate) = (60.0, 0.05)
    var (now, opened, waits, rows) = (0.0, -1e9, 0.0, 0.0)
    for _ in 0..<200_000 {
      now += stream.exponential() / rate
      if now >= opened + length { opened = now }
      waits += opened + length - now
      rows += 1
    }
    let query = Self.application(.stagger(.seconds(60)), rate: rate, keys: 1)
    #expect(abs(waits / rows / query.wait.mean - 1) < 0.01)
  }

  @Test("limits of an application: row, window, memory, units") func limits() {
    func broken(_ query: SQLApplicationSpec) -> [Limit.Key] {
      query.capacity(Self.limits).checks.filter { !$0.holds }.map(\.limit)
    }
    var query = Self.application(.tumbling(.hours(1)))
    #expect(broken(query) == [])
    query.window = .tumbling(.seconds(3_601))
    #expect(broken(query) == [.sql.window])
    query.window = .sliding(.hours(1))
    query.rate = RecordsPerSecond(6_000)
    #expect(broken(query) == [.sql.unitMemory])
    query.units = 2
    #expect(broken(query) == [])
    (query.rate, query.row, query.units) = (RecordsPerSecond(1), Bytes(511_001), 9)
    #expect(broken(query) == [.sql.rowBytes, .sql.units])
  }
}
