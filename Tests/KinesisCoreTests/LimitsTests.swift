import KinesisCore
import Testing

/// Limits are rows: a row's place is its key.
@Suite struct LimitsTests {
  @Test func `a key is the row of its name, whichever the table`() {
    #expect(Limit.Key.shard.writeRecords.name == "shard.write.records_per_s")
    #expect(Limit.Key.put.recordBytesMaximum.name == "record.bytes_maximum")
    #expect(Limit.Key.firehose.outstandingRedshift.name == "firehose.delivery.redshift_outstanding")
    #expect(Limit.Key.kcl.failover.name == "kcl.failover_s")
    #expect(Limit.Key.sqs.retention == Limit.Key.allCases.last)
  }

  @Test func `each limit has a name of its own, and Data Firehose's are called so`() {
    let limits = LimitsProfile.current.limits
    #expect(limits.count == 243 && Set(limits.map(\.name)).count == limits.count)
    #expect(limits.count { $0.family == "firehose" } == 50)
    #expect(limits.map(\.name) == Limit.Key.allCases.map(\.name))
  }

  @Test(arguments: LimitsProfile.current.limits)
  func `a name that ends in a unit of time or a rate has it`(_ limit: Limit) {
    let endings = [("_per_s", "/s"), ("_ms", "ms"), ("_s", "s"), ("_h", "h"), ("_permille", "‰"), ("_mib", "MiB")]
    let expected = endings.first { limit.name.hasSuffix($0.0) }?.1 ?? ""
    #expect(!limit.unit.isEmpty && limit.unit.hasSuffix(expected))
  }

  @Test func `another value is somebody's assumption, and nothing else of the row changes`() {
    var profile = LimitsProfile.current.renamed("mine")
    profile.replace(.fanOut.consumers, with: 21, source: "a ticket")
    let changed = zip(profile.limits, LimitsProfile.current.limits).filter { $0 != $1 }
    #expect(changed.count == 1 && profile[.fanOut.consumers] == 21 && LimitsProfile.current[.fanOut.consumers] == 20)
    #expect(
      changed.allSatisfy { $0.0.confidence == .assumed && $0.0.source == "a ticket" && $0.0.meaning == $0.1.meaning })
  }
}
