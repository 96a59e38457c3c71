import Experiment
import KinesisCore
import Testing
import Units

@testable import Models
@testable import Reporting

@Suite struct FindingsTests {
  private func findings(_ result: RunResult) -> Findings { Findings(Fixture.report([result])) }

  @Test func `a throttled run that fails says so with its figures`() {
    let found = findings(Fixture.result())
    #expect(found.outcome == .failed)
    #expect(
      found.grounds
        == "2 of 3 objectives broken: throttle was 23.1 % in the worst window (wanted < 1 % in every window of 1 min); late was not measured (wanted < 5,000 ms)"
    )
    #expect(
      found.sentences == [
        "On `telemetry`, 2.31 % of records were throttled at least once (3.3 % of attempts, resends included), in 1,204 of "
          + "6,900 seconds. CloudWatch shows that it happened, in 88 of 115 minutes, but not why: averaged over a minute and all shards, "
          + "the stream was 61 % full at most.",
        "Worst second 20:14:31: new records for shardId-000000000003 of `telemetry` came to 2.4 × its limit, resends not counted.",
        "All throttling fell on shardId-000000000003, by its limit on records, bytes less often (one key: `key-0` carries 61 % of it; a split cannot help, spread "
          + "this key over several).",
        "1,234 records (0.0068 %) were lost: 1,000 after their last attempt (max_attempts), 34 older than retry.ttl, 100 dropped from a full buffer, "
          + "100 sent elsewhere, the buffer being full. 50 records were still in flight at the end.",
        "AWS refused 1 of 2 changes asked of `telemetry`: UpdateShardCount at 21:30:10 (ResourceInUseException).",
        "99 % of records reached `alerts` within 340 ms of their arrival at the shard (the slowest after 3.4 s, unread ones counted as "
          + "late as they were at the end), `archive` within 140 ms (the slowest after 1.4 s).",
        "At the end `alerts` is 1 min 2 s behind with 1,034,716 records unread.",
      ])
  }

  @Test func `a throttled run whose objectives hold passes`() {
    var result = Fixture.result()
    result.verdicts = [Fixture.verdicts()[0], Fixture.verdicts()[2]]
    let found = findings(result)
    #expect(found.outcome == .passed)
    #expect(
      found.grounds
        == "the objective that can fail the run held, 1 of 1 that only warn did not: hot-shard was 100 % (wanted < 90 %)"
    )
    #expect(found.sentences[0].contains("2.31 % of records were throttled at least once"))
  }

  @Test func `a clean run passes in two sentences and says nothing of consumers it has not`() {
    let found = findings(Fixture.calm())
    #expect(found.outcome == .unjudged)
    #expect(found.grounds == "the scenario has no objectives (slo:)")
    #expect(
      found.sentences == [
        "No record was throttled; the busiest minute of a stream averaged 0.61 % of its capacity.",
        "Worst second 20:31:11: new records for shardId-000000000000 came to 1.31 % of its limit.", "Nothing was lost.",
      ])
  }

  @Test func `an interrupted run never passes`() {
    var result = Fixture.calm()
    (result.isComplete, result.simulated) = (false, .seconds(2_232))
    let found = findings(result)
    #expect(found.outcome == .interrupted)
    #expect(found.grounds == "only 37 min 12 s of 2 h were simulated, and every figure describes that part alone")
    let markdown = Fixture.report([result]).markdown
    #expect(markdown.contains("> **INTERRUPTED: only 37 min 12 s of 2 h"))
    #expect(!markdown.contains("PASS"))
  }

  @Test func `a run without records claims nothing`() {
    let found = findings(Fixture.empty())
    #expect(found.sentences == ["No record was produced, so there is nothing to judge."])
    let text = Fixture.report([Fixture.empty()]).markdown
    #expect(!text.contains("nan") && !text.contains("inf "))
    #expect(text.contains("says nothing about reading"))
  }

  @Test func `a minute that is over its capacity is called visible`() {
    var result = Fixture.result()
    result.streams[0].minuteView.streamUtilization = 1.02
    #expect(
      findings(result).sentences[0].hasSuffix("averaged 102 % of its capacity, so CloudWatch shows it too."))
  }

  @Test func `an objective broken in a later replication fails the report`() {
    var bad = Fixture.calm()
    bad.replication = 1
    bad.verdicts = [Fixture.verdicts()[1]]
    var good = Fixture.calm()
    good.verdicts = [bad.verdicts[0]]
    (good.verdicts[0].isPassing, good.verdicts[0].value) = (true, 0.001)
    #expect(Findings(Fixture.report([good, bad])).outcome == .failed)
  }
}

@Suite struct HotShardTests {
  @Test func `shards that are alike are not blamed one by one`() {
    var stream = Fixture.hotStream()
    stream.shards = HashKeyRange.even(4).enumerated().map {
      Fixture.hotShard(Fixture.shard($0, range: $1, mean: 0.9), share: 0.001)
    }
    stream.utilization.mean = 0.93
    #expect(
      Findings.hotShard(of: stream)
        == "Throttling fell on 4 of 4 shards; all shards are full: the stream is too small (by the limit on records).")
    #expect(Findings.hotShard(of: Fixture.calmStream()) == nil)
  }
}

@Suite struct ShardStoryTests {
  private func story(_ shards: [ShardResult], _ position: Int = 0, worst: Int = 0) -> ShardStory {
    var stream = Fixture.hotStream()
    stream.shards = shards
    stream.secondView.worstShard = ShardID(worst)
    stream.utilization.mean = shards.map(\.utilization.mean).reduce(0, +) / Double(shards.count)
    return ShardStory(shards[position], of: stream)
  }

  private func even(_ count: Int) -> [ShardResult] {
    HashKeyRange.even(count).enumerated().map { Fixture.shard($0, range: $1, mean: 0.5) }
  }

  @Test func `one key that a shard cannot hold cannot be helped by a split`() {
    var shards = even(4)
    shards[0] = Fixture.hotShard(shards[0])
    let story = story(shards)
    #expect(story.phrase == "one key: `key-0` carries 61 % of it; a split cannot help, spread this key over several")
    #expect(story.bindingLimit == "records, bytes less often")
  }

  @Test func `a busy key that would fit alone is told apart`() {
    var shards = even(4)
    shards[0] = Fixture.hotShard(shards[0], share: 0.34)
    #expect(
      story(shards, worst: 1).phrase
        == "one key: `key-0` carries 34 % of it; a split only separates the other keys from it, spread this key over several"
    )
  }

  @Test func `many keys on a wide range want a split`() {
    let width = HashKey(UInt128.max / 1_000 * 425)
    let ranges = [HashKeyRange(HashKey(0), width)] + HashKeyRange.even(4).dropFirst()
    var shards = ranges.enumerated().map { Fixture.shard($0, range: $1, mean: 0.5) }
    shards[0] = Fixture.hotShard(shards[0], share: 0.001)
    #expect(story(shards).phrase == "many keys, 1.7 × its even share of the hash keys; one split is not enough")
    shards[0].worstDemand = 1.9
    #expect(story(shards).phrase == "many keys, 1.7 × its even share of the hash keys; split it")
    #expect(story(shards).remedy.contains("is then about 95.1 % of its limit in the worst second"))
  }

  @Test func `several busy keys on an even range are said to be several`() {
    var shards = even(4)
    shards[0] = Fixture.hotShard(shards[0], share: 0.1)
    #expect(
      story(shards).phrase
        == "its keys bring 1.5 × an average shard's load, in its busiest minute 97 % of its limit, `key-0` alone 10 % of its records; one split is not enough"
    )
    #expect(
      story(shards).remedy
        == "one split leaves about 1.3 × its limit in the worst second; split it more than once, or spread its busiest keys over "
        + "several (in a scenario: `keys.salt`)")
  }

  @Test func `shards that are loaded alike but have quiet minutes are hit by bursts`() {
    let shards = even(4).map { shard in
      var hot = Fixture.hotShard(shard, share: 0.001)
      hot.busiestMinuteUtilization = 0.2
      return hot
    }
    #expect(
      story(shards).phrase.hasPrefix("evenly loaded, in bursts: its busiest minute is 20 % full; spread the peaks"))
  }

  @Test func `shards that are loaded alike are too few`() {
    let shards = even(4).map { shard in
      var hot = Fixture.hotShard(shard, share: 0.001)
      hot.throttledByRecords = 0
      return hot
    }
    #expect(story(shards, 2).phrase == "all shards are full: the stream is too small (by the limit on bytes)")
  }

  @Test func `a shard that refused nothing has no story`() {
    #expect(story(even(2)).phrase == "–" && story(even(2)).bindingLimit == nil)
  }
}
