import Experiment
import Foundation
import KinesisCore
import Models
import Scenario
import Testing
import Units

/// Series of single shards, and streams that were split by hand.
@Suite("Shards as AWS lists and counts them")
struct ShardFilesTests {
  private static func read(_ text: String, shards: String? = nil) throws -> TraceInput {
    let folder = try Folder()
    let file = try folder.write("f", text), listing = try shards.map { try folder.write("shards", $0) }
    return try TraceFiles.read([file], keys: [], shards: listing, missing: .refuse)
  }

  private static func series(_ label: String, _ values: [Int], id: String) -> String {
    TraceFilesTests.result(label, Array(1...values.count), values.map(String.init), id: id)
  }

  private static let id = ["shardId-000000000000", "shardId-000000000001", "shardId-000000000002"]

  @Test("series labelled by shards are one stream, and each shard's own", arguments: [true, false])
  func labelled(_ isNamed: Bool) throws {
    let labels =
      isNamed
      ? ["\(Self.id[0]) IncomingRecords", "\(Self.id[1]) IncomingRecords"] : ["IncomingRecords", "IncomingRecords"]
    let input = try Self.read(
      TraceFilesTests.export(Self.series(labels[0], [60, 61], id: "s0"), Self.series(labels[1], [30, 29], id: "s1")))
    #expect(input.traffic?[.incomingRecords] == [90, 90])
    let even = HashKeyRange.even(2)
    #expect(
      input.shards == [
        .init(name: isNamed ? Self.id[0] : "s0", range: even[0], records: 121),
        .init(name: isNamed ? Self.id[1] : "s1", range: even[1], records: 59),
      ])
    #expect(
      input.warnings.map(\.message) == ["2 series of IncomingRecords are taken as one stream's shards and added up"])
  }

  @Test("a label of a shard alone means its records") func bare() throws {
    let input = try Self.read(
      TraceFilesTests.export(Self.series(Self.id[0], [60, 60], id: "s0"), Self.series(Self.id[1], [30, 30], id: "s1")))
    #expect(input.traffic?[.incomingRecords] == [90, 90] && input.shards.map(\.records) == [120, 60])
  }

  @Test("the stream's own series goes before those of its shards, and one asked for twice counts once") func both()
    throws
  {
    let shards = [
      Self.series("\(Self.id[0]) IncomingRecords", [60, 60], id: "s0"),
      Self.series("\(Self.id[1]) IncomingRecords", [30, 30], id: "s1"),
    ]
    let total = Self.series("IncomingRecords", [91, 90], id: "m1")
    let input = try Self.read(TraceFilesTests.export(shards[0], total, shards[1]))
    #expect(input.traffic?[.incomingRecords] == [91, 90] && input.shards.map(\.records) == [120, 60])
    let twice = try Self.read(TraceFilesTests.export(total, Self.series("IncomingRecords", [91, 90], id: "m2")))
    #expect(twice.traffic?[.incomingRecords] == [91, 90] && twice.shards == [])
  }

  @Test("refusals by shard stand beside their records; a console's columns may be shards") func throttles() throws {
    let input = try Self.read(
      """
      Id,m1,m2,m3,m4
      Label,\(Self.id[0]) IncomingRecords,\(Self.id[1]) IncomingRecords,\(Self.id[0]) WriteProvisionedThroughputExceeded,\(Self.id[1]) WriteProvisionedThroughputExceeded
      2026/03/06 19:00:00,60000,30000,7,
      2026/03/06 19:01:00,60000,30000,8,
      """)
    #expect(input.traffic?[.writeExceeded] == [7, 8] && input.traffic?[.incomingRecords] == [90_000, 90_000])
    #expect(input.shards.map(\.throttled) == [15, 0] && input.shards.map(\.records) == [120_000, 60_000])
  }

  @Test("what was read is summed, how old it was is the largest") func reads() throws {
    let input = try Self.read(
      TraceFilesTests.export(
        Self.series("GetRecords.Records", [60, 61], id: "r"), Self.series("IncomingRecords", [60, 60], id: "m"),
        Self.series("\(Self.id[0]) IteratorAgeMilliseconds Maximum", [500, 900], id: "a0"),
        Self.series("\(Self.id[1]) IteratorAgeMilliseconds Maximum", [700, 100], id: "a1"),
        Self.series("ReadProvisionedThroughputExceeded", [0, 3], id: "x")))
    #expect(input.traffic?[.getRecords] == [60, 61] && input.traffic?[.iteratorAge] == [700, 900])
    #expect(input.traffic?[.readExceeded] == [0, 3] && input.traffic?[.writeExceeded] == nil)
    let average = TraceFilesTests.export(Self.series("GetRecords.IteratorAgeMilliseconds Average", [5, 6], id: "a"))
    #expect(
      try TraceFilesTests.errors(average).first?.hasSuffix(
        "GetRecords.IteratorAgeMilliseconds by the statistic average is not the largest age; ask for the statistic Maximum: docs/trace.md "
          + "has the command") == true)
  }

  // MARK: list-shards

  private static func shard(_ id: String, _ start: String, _ end: String, isClosed: Bool = false) -> String {
    let more = isClosed ? ", \"EndingSequenceNumber\": \"2\"" : ""
    return
      "{\"ShardId\": \"\(id)\", \"HashKeyRange\": {\"StartingHashKey\": \"\(start)\", \"EndingHashKey\": \"\(end)\"}, "
      + "\"SequenceNumberRange\": {\"StartingSequenceNumber\": \"1\"\(more)}}"
  }

  private static func listing(_ shards: String...) -> String { "{\"Shards\": [\(shards.joined(separator: ",\n"))]}" }

  private static let last = "340282366920938463463374607431768211455"

  /// Two shards of which the second was split at 3e38, listed out of order.
  static let split = listing(
    shard("shardId-000000000003", "300000000000000000000000000000000000000", last),
    shard("shardId-000000000000", "0", "170141183460469231731687303715884105727"),
    shard("shardId-000000000001", "170141183460469231731687303715884105728", last, isClosed: true),
    shard("shardId-000000000002", "170141183460469231731687303715884105728", "299999999999999999999999999999999999999"))

  @Test("the open shards of a list have their parts of the ring, in its order") func listed() throws {
    let input = try Self.read(
      TraceFilesTests.export(
        Self.series("shardId-000000000003 IncomingRecords", [10, 10], id: "a"),
        Self.series("shardId-000000000000 IncomingRecords", [60, 60], id: "b"),
        Self.series("shardId-000000000001 IncomingRecords", [5, 5], id: "c")), shards: Self.split)
    let listing = try #require(input.listing)
    #expect(listing.open.map { $0.id.suffix(1) } == ["0", "2", "3"] && listing.closed == ["shardId-000000000001"])
    #expect(HashKeyRange.arePartition(listing.open.map(\.range)))
    #expect(input.shards.map(\.records) == [120, 0, 20] && input.shards.map(\.range) == listing.open.map(\.range))
    #expect(input.traffic?[.incomingRecords] == [75, 75], "what a closed shard had belongs to the stream")
    #expect(input.warnings.contains { $0.message.hasPrefix("1 shards are not open in the list of shards") })
  }

  @Test(
    "a list with a hole, an overlap or no shards is refused",
    arguments: [
      (
        listing(shard("a", "0", "5"), shard("b", "7", last)),
        "Shards: the open shards' ranges are not the whole ring: behind a comes b with a gap or an overlap"
      ),
      (
        listing(shard("a", "0", "7"), shard("b", "7", last)),
        "Shards: the open shards' ranges are not the whole ring: behind a"
      ),
      (listing(shard("a", "9", "7")), "Shards[0]: the range of a ends before it starts"),
      ("{\"Streams\": []}", "expected Shards, found Streams; give what aws kinesis list-shards prints"),
      (listing(shard("a", "-1", last)), "Shards[0].HashKeyRange.StartingHashKey: expected a hash key"),
    ])
  func faults(_ text: String, _ says: String) throws {
    let traffic = TraceFilesTests.export(Self.series("IncomingRecords", [1, 2], id: "m"))
    #expect {
      _ = try Self.read(traffic, shards: text)
    } throws: { error in
      let said = (error as? ScenarioFailure)?.diagnostics.first?.description ?? ""
      return said.contains(says)
    }
  }

  // MARK: In a scenario

  @Test("a stream that was split by hand starts as it is") func scenario() throws {
    let folder = try Folder()
    try folder.write("list-shards.json", Self.split)
    let text = Sample.with("shards: 4", "shards: {ranges: list-shards.json, count: 3}")
    let path = try folder.write("s.yaml", text)
    let spec = try #require(try ScenarioFile.load(path: path).experiment.streams.first)
    #expect(
      spec.shards == 3
        && spec.ranges?.map(\.end.value) == [
          UInt128(1) << 127 - 1, 299_999_999_999_999_999_999_999_999_999_999_999_999, .max,
        ])
    let stream = KinesisCore.Stream.active(name: "s", ranges: spec.ranges(of: 3), at: Instant(seconds: 0))
    #expect(stream.openShards.map { stream.shards[$0.index].range } == spec.ranges)
    // Another number of shards is another stream, whose shards are even.
    let more = try ScenarioFile.load(path: path, settings: [try #require(Setting(argument: "streams.clicks.shards=4"))])
    #expect(more.experiment.streams[0].shards == 4 && more.experiment.streams[0].ranges == nil)
    #expect(spec.ranges(of: 4) == HashKeyRange.even(4))
    let wrong = try folder.write("w.yaml", text.replacing("count: 3", with: "count: 5"))
    #expect {
      _ = try ScenarioFile.load(path: wrong)
    } throws: { error in
      (error as? ScenarioFailure)?.diagnostics.map(\.message) == ["3 shards are open in the file, not 5"]
    }
  }
}
