import Experiment
import KinesisCore
import Models
import Simulation
import Testing
import Units

/// One process, records a second apart unless told, every put answered after 10 ms.
private func client(
  seconds: Int64 = 20, rate: Double = 1, shards: Int = 1, size: Int = 1_000, batching: Batching = .putRecord,
  retry: RetrySpec = RetrySpec(), put: Double = 10e6, keys: KeySpec = KeySpec(.single)
) -> Experiment {
  let producer = ProducerSpec(
    name: "web", stream: 0, rate: .constant(RecordsPerSecond(rate)), arrivals: .paced,
    size: .drawn(.constant(Double(size - 24))), keyBytes: 24, keys: keys, batching: batching, retry: retry)
  var experiment = Fixture.experiment(seconds: seconds, shards: shards, producers: [producer])
  experiment.serviceTimes.put = .constant(put)
  return experiment
}

/// A burst of `count` records at the start, of which a shard takes the first thousand.
private func burst(
  _ count: Int, seconds: Int64 = 30, size: Int64 = 100, batching: Batching = .putRecord, retry: RetrySpec
) -> Experiment {
  var experiment = client(seconds: seconds, batching: batching, retry: retry)
  experiment.producers[0].rate = .events(
    EventTrace(offsets: Array(repeating: 0, count: count), bytes: Array(repeating: size, count: count), source: ""))
  (experiment.producers[0].arrivals, experiment.producers[0].size) = (.trace, .trace)
  return experiment
}

private func calls(_ result: RunResult, _ metric: String) -> Double {
  result.series.filter { $0.metric == metric }.flatMap(\.samples).reduce(0) { $0 + Double($1.count) }
}

private func sum(_ result: RunResult, _ metric: String) -> Double {
  result.series.filter { $0.metric == metric }.flatMap(\.samples).reduce(0) { $0 + $1.sum }
}

@Suite("Batching")
struct BatchingTests {
  private func calls(_ batching: Batching, rate: Double = 100, size: Int = 1_000) -> (calls: Double, records: Int64) {
    let result = Fixture.result(of: client(rate: rate, size: size, batching: batching, put: 0))
    return (ModelsTests.calls(result, "PutRecords.Latency"), result.records.accepted)
  }

  @Test("a request goes when it holds its records")
  func byCount() {
    let (calls, records) = calls(.putRecords(maxRecords: 40, linger: .seconds(10)))
    #expect((calls, records) == (50, 2_000))
  }

  @Test("a request goes before it would pass its bytes")
  func byBytes() {
    let (calls, records) = calls(.putRecords(maxBytes: Bytes(10_999), linger: .seconds(10)))
    #expect(calls == 199)
    #expect(records == 1_990)
  }

  @Test("a request goes when its first record has waited long enough")
  func byLinger() {
    let (calls, records) = calls(.putRecords(linger: .milliseconds(195)))
    #expect(calls == 100)
    #expect(records == 2_000)
  }

  @Test("a record above the request's bytes goes alone")
  func giant() {
    let (calls, records) = calls(.putRecords(maxBytes: Bytes(500), linger: .seconds(10)), rate: 10)
    #expect(calls == 199)
    #expect(records == 199)
  }

  @Test("PutRecord carries one record a call and has metrics of its own")
  func putRecord() {
    let result = Fixture.result(of: client(rate: 100))
    #expect(ModelsTests.calls(result, "PutRecord.Latency") == 2_000)
    #expect(ModelsTests.calls(result, "PutRecords.Latency") == 0)
  }

  @Test("a record's latency is its wait, the service's time and the network's")
  func latency() {
    var experiment = client(rate: 10, batching: .putRecords(linger: .milliseconds(50)))
    experiment.producers[0].network = .constant(30e6)
    let latency = Fixture.result(of: experiment).producers[0].putLatency
    #expect(abs(latency.mean.inMilliseconds - 90) < 0.1)
    #expect(abs(latency.max.inMilliseconds - 90) < 0.1)
  }
}

@Suite("Retries")
struct RetryTests {
  private static func exponential(_ attempts: Int, cap: Interval = .seconds(20), ttl: Interval? = nil) -> RetrySpec {
    RetrySpec(policy: .exponential, maxAttempts: attempts, base: .milliseconds(100), cap: cap, ttl: ttl)
  }

  @Test("no policy, one attempt: what is refused is lost")
  func none() {
    let result = Fixture.result(of: burst(1_200, retry: RetrySpec(policy: .none, maxAttempts: 9)))
    #expect(result.records.accepted == 1_000)
    #expect(result.producers[0].lostByAttempts == 200)
    #expect(result.producers[0].retries == 0)
  }

  @Test("a record is tried as often as told, no more: attempts add up")
  func attempts() {
    // 900 kB every 100 ms into a shard that refills 1 MiB/s: most records fail all their tries.
    let result = Fixture.result(
      of: client(seconds: 60, rate: 20, size: 900_000, retry: Self.exponential(3, cap: .milliseconds(100))))
    let stream = result.streams[0], producer = result.producers[0]
    #expect(producer.lostByAttempts > 0)
    let onTheWay = stream.firstAttempts + producer.retries - stream.attempts
    #expect((0...producer.inFlight).contains(onTheWay))
    #expect(stream.throttledAttempts >= 3 * producer.lostByAttempts)
    #expect(stream.throttledAttempts <= 3 * producer.lostByAttempts + 2 * (producer.accepted + producer.inFlight))
    #expect(sum(result, "WriteProvisionedThroughputExceeded") == Double(stream.throttledAttempts))
  }

  @Test("the n-th back-off is base · 2^(n−1) and at most the cap: seen in when a record gets through")
  func backOff() {
    // The bucket is empty after the first 1 MiB record; the second needs a whole second of refill. Its tries reach the
    // shard 5 ms after they are sent and are answered 10 ms after: at 0, 110, 320, 730 and 1,540 ms.
    var experiment = burst(2, size: 1_048_552, retry: Self.exponential(9))
    #expect(Fixture.result(of: experiment).producers[0].putLatency.max.inMilliseconds.rounded() == 1_550)
    experiment.producers[0].retry = Self.exponential(9, cap: .milliseconds(150))
    // 0, 110, 270, 430, 590, 750, 910, 1,070.
    let capped = Fixture.result(of: experiment).producers[0]
    #expect(capped.putLatency.max.inMilliseconds.rounded() == 1_080)
    #expect(capped.retries == 7)
  }

  @Test("immediate retries go out with the answer")
  func immediate() {
    let result = Fixture.result(of: burst(2, size: 1_048_552, retry: RetrySpec(policy: .immediate, maxAttempts: 500)))
    #expect(result.producers[0].putLatency.max.inMilliseconds.rounded() == 1_010)
    #expect(result.producers[0].retries == 100)
  }

  @Test("full jitter waits between nothing and the exponential back-off")
  func jitter() {
    let retry = RetrySpec(
      policy: .exponentialFullJitter, maxAttempts: 60, base: .milliseconds(100), cap: .milliseconds(400))
    let retries = (0..<40).map { seed in
      var experiment = burst(2, size: 1_048_552, retry: retry)
      experiment.seed = UInt64(seed)
      return Double(Fixture.result(of: experiment).producers[0].retries)
    }
    // About one second in steps of 60, 110, 210, 210, … ms on average.
    let mean = retries.reduce(0, +) / 40
    #expect((5...8).contains(mean), "\(mean) retries; seeds 0 to 39")
    #expect(Set(retries).count > 3)
  }

  @Test("a record that would be too old at its next try is given up")
  func timeToLive() {
    var experiment = burst(2, size: 1_048_552, retry: Self.exponential(9, ttl: .milliseconds(1_500)))
    #expect(Fixture.result(of: experiment).producers[0].lostByAge == 1)
    experiment.producers[0].retry.ttl = .milliseconds(1_540)
    #expect(Fixture.result(of: experiment).producers[0].lostByAge == 0)
  }

  @Test("of one request's refused records only the aged are given up")
  func mixedAges() {
    var experiment = client(
      seconds: 10, rate: 2_000, size: 100, batching: .putRecords(linger: .milliseconds(100)),
      retry: Self.exponential(6, ttl: .milliseconds(150)))
    experiment.serviceTimes.put = .constant(0)
    let producer = Fixture.result(of: experiment).producers[0]
    #expect(producer.lostByAge > 0)
    #expect(producer.retries > 0)
    #expect(producer.lostByAttempts == 0)
  }
}

@Suite("A full buffer")
struct OverflowTests {
  /// Ten records a second of 1,000 bytes; each is on the wire for a second; the buffer holds four.
  private static func full(_ overflow: RetrySpec.Overflow, batching: Batching = .putRecord) -> Experiment {
    client(
      seconds: 60, rate: 10, batching: batching,
      retry: RetrySpec(buffer: Bytes(4_999), overflow: overflow), put: 1e9)
  }

  @Test("is never held above its size", arguments: [RetrySpec.Overflow.block, .dropNewest, .dropOldest, .divert])
  func bounded(overflow: RetrySpec.Overflow) {
    for batching in [Batching.putRecord, .putRecords(maxRecords: 3, linger: .milliseconds(700))] {
      let result = Fixture.result(of: Self.full(overflow, batching: batching))
      #expect(result.producers[0].peakBuffer == Bytes(4_000))
      #expect(result.records.accepted > 100)
    }
  }

  @Test("drops the newest and counts it as dropped")
  func newest() {
    let producer = Fixture.result(of: Self.full(.dropNewest)).producers[0]
    #expect(producer.dropped == producer.lost)
    #expect((358...364).contains(producer.dropped))
    #expect((236...240).contains(producer.accepted))
  }

  @Test("diverts and counts it apart")
  func divert() {
    let result = Fixture.result(of: Self.full(.divert))
    #expect(result.producers[0].diverted == result.producers[0].lost)
    #expect(result.records.diverted == result.producers[0].diverted)
    #expect((358...364).contains(result.records.diverted))
  }

  @Test("blocks the source, which offers no more than goes through and loses nothing")
  func block() {
    let result = Fixture.result(of: Self.full(.block))
    #expect(result.records.lost == 0)
    #expect((170...245).contains(result.records.offered))
    #expect((1...5).contains(result.records.inFlight))
  }

  @Test("drops the one that waits longest, so the newest get through")
  func oldest() {
    // Three records every second, gathered for ten; the buffer holds five: of each thirty the last five are sent.
    let batching = Batching.putRecords(linger: .seconds(10))
    let retry = RetrySpec(buffer: Bytes(5_000), overflow: .dropOldest)
    let producer = Fixture.result(of: client(seconds: 95, rate: 3, batching: batching, retry: retry, put: 0)).producers[
      0]
    #expect(producer.putLatency.max < .milliseconds(1_700))
    #expect(producer.dropped > 200)
  }

  @Test("drops a record that waits for another try before one being gathered")
  func oldestWaiting() {
    let retry = RetrySpec(
      policy: .exponential, maxAttempts: 50, base: .seconds(1), cap: .seconds(1), buffer: Bytes(30_000),
      overflow: .dropOldest)
    let result = Fixture.result(
      of: client(
        seconds: 120, rate: 1_400, size: 1_000, batching: .putRecords(maxRecords: 20, linger: .milliseconds(20)),
        retry: retry))
    #expect(result.producers[0].dropped > 1_000)
    #expect(result.producers[0].peakBuffer <= Bytes(30_000))
    #expect(result.records.accepted > 110_000)
  }

  @Test("loses a record larger than itself, whatever the rule", arguments: [RetrySpec.Overflow.block, .dropOldest])
  func tooLarge(overflow: RetrySpec.Overflow) {
    var experiment = Self.full(overflow)
    experiment.producers[0].size = .drawn(.empirical(values: [100, 10_000], weights: [0.9, 0.1]))
    let result = Fixture.result(of: experiment)
    #expect(result.records.accepted > 100)
    #expect(result.producers[0].dropped > 5)
  }

  @Test("is empty again when everything is resolved: a late record of the buffer's size gets through")
  func empties() {
    let retry = RetrySpec(
      policy: .exponential, maxAttempts: 4, ttl: .seconds(1), buffer: Bytes(300_000), overflow: .dropOldest)
    var experiment = burst(3_000, seconds: 60, size: 276, batching: .putRecords(linger: .milliseconds(5)), retry: retry)
    experiment.producers[0].rate = .events(
      EventTrace(
        offsets: (0..<3_000).map { Int64($0) * 100_000 } + [30_000_000_000],
        bytes: Array(repeating: 276, count: 3_000) + [299_976], source: ""))
    let result = Fixture.result(of: experiment)
    #expect(result.records.lost > 0)
    #expect(result.records.inFlight == 0)
    #expect(result.streams[0].incomingBytes.count - 300_000 == 300 * (result.records.accepted - 1))
  }
}

@Suite("Sizes and keys")
struct SizeAndKeyTests {
  private static func result(_ sizes: Distribution, keyBytes: Int = 10, maxRecord: Bytes = .mebibytes(1)) -> RunResult {
    var experiment = Fixture.plain(seconds: 20, shards: 20, [Fixture.single(rate: 400)])
    experiment.streams[0].maxRecord = maxRecord
    (experiment.producers[0].size, experiment.producers[0].keyBytes) = (.drawn(sizes), keyBytes)
    return Fixture.result(of: experiment)
  }

  /// A law, and its standard deviation.
  static let laws: [(Distribution, Double)] = [
    (.constant(777), 0), (.uniform(low: 100, high: 900), 231), (.exponential(mean: 500), 500),
    (.lognormal(mu: 6, sigma: 0.5), 243), (.gamma(shape: 4, scale: 100), 200),
    (.empirical(values: [100, 1_000], weights: [3, 1]), 390),
    (.mixture(parts: [.constant(50), .exponential(mean: 800)], weights: [1, 1]), 690),
  ]

  @Test("a law's sizes have its mean", arguments: laws)
  func means(law: Distribution, deviation: Double) {
    let result = Self.result(law)
    let (records, bytes) = (Double(result.records.accepted), Double(result.streams[0].incomingBytes.count))
    #expect(abs(bytes / records - 10 - law.mean) < 4.5 * deviation / records.squareRoot() + 0.6, "\(law); seed 1")
  }

  @Test("a record is never larger than the stream's maximum, its key counted, nor without data")
  func clamped() {
    let large = Self.result(.mixture(parts: [.constant(1e12)], weights: [1]), keyBytes: 200)
    #expect(large.streams[0].incomingBytes.count == large.records.accepted << 20)
    let small = Self.result(.constant(0), keyBytes: 7)
    #expect(small.streams[0].incomingBytes.count == small.records.accepted * 8)
  }

  @Test("recorded sizes and keys are used as recorded")
  func recorded() {
    let trace = EventTrace(
      offsets: [0, 1, 2, 3].map { $0 * 1_000_000_000 }, keys: [0, 1, 1, 0], names: ["a", "b"], bytes: [10, 20, 30, 40],
      source: "")
    var producer = Fixture.single(curve: .events(trace), arrivals: .trace)
    (producer.size, producer.keys, producer.keyBytes) = (.trace, KeySpec(.trace), 1)
    let result = Fixture.result(of: Fixture.plain(seconds: 5, shards: 2, [producer]))
    #expect(result.streams[0].bins.map(\.incomingBytes) == [11, 21, 31, 41, 0])
    for shard in result.streams[0].shards {
      let keys = ["a", "b"].filter { shard.range.contains(HashKey(partitionKey: $0)) }
      #expect(shard.acceptedRecords == Int64(2 * keys.count))
    }
  }

  private static func shares(_ keys: KeySpec, shards: Int, seconds: Int64 = 40, processes: Int = 1) -> [ShardResult] {
    var producer = Fixture.single(processes: processes, rate: 500, arrivals: .paced)
    producer.keys = keys
    return Fixture.result(of: Fixture.plain(seconds: seconds, shards: shards, [producer])).streams[0].shards
  }

  private static func expected(_ shard: ShardResult, _ names: [(String, Double)]) -> Double {
    names.reduce(0) { $0 + (shard.range.contains(HashKey(partitionKey: $1.0)) ? $1.1 : 0) }
  }

  private static func check(
    _ shards: [ShardResult], _ names: [(String, Double)], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let total = Double(shards.reduce(0) { $0 + $1.acceptedRecords })
    for shard in shards {
      let mean = total * Self.expected(shard, names)
      #expect(
        abs(Fixture.z(Double(shard.acceptedRecords), mean)) < 4 || Double(shard.acceptedRecords) == mean,
        "\(shard.id): \(shard.acceptedRecords) of \(mean); seed 1", sourceLocation: sourceLocation)
    }
  }

  @Test("Zipf: key i has weight 1/(i+1)^s, and its shard names the hottest")
  func zipf() {
    let shards = Self.shares(KeySpec(.zipf(cardinality: 50, s: 1.2)), shards: 6)
    let weights = (0..<50).map { 1 / DeterministicMath.pow(Double($0 + 1), 1.2) }
    let whole = weights.reduce(0, +)
    Self.check(shards, weights.enumerated().map { ("key-\($0)", $1 / whole) })
    let owner = shards.first { $0.range.contains(HashKey(partitionKey: "key-0")) }
    #expect(owner?.hottestKey?.key == "key-0")
    #expect(abs((owner?.hottestKey?.recordsPerSecond ?? 0) - 500 / whole) < 500 / whole * 0.06)
  }

  @Test("a hot set shares its part evenly, the others the rest")
  func hotSet() {
    let shards = Self.shares(KeySpec(.hotSet(cardinality: 20, hot: 2, hotShare: 0.8)), shards: 5)
    Self.check(shards, (0..<20).map { ("key-\($0)", $0 < 2 ? 0.4 : 0.2 / 18) })
  }

  @Test("uniform keys are equally likely")
  func uniform() {
    Self.check(Self.shares(KeySpec(.uniform(cardinality: 30)), shards: 5), (0..<30).map { ("key-\($0)", 1.0 / 30) })
  }

  @Test("one key is one key; salted it is as many as the salt")
  func single() {
    Self.check(Self.shares(KeySpec(.single), shards: 4), [("key-0", 1)])
    Self.check(Self.shares(KeySpec(.single, salt: 8), shards: 4), (0..<8).map { ("key-0-\($0)", 0.125) })
  }

  @Test(
    "explicit keys in turn reach every shard equally often, few records of many processes too", arguments: [1, 1_000])
  func roundRobin(processes: Int) {
    let shards = Self.shares(KeySpec(.roundRobinExplicit), shards: 10, seconds: 8, processes: processes)
    for shard in shards { #expect(abs(shard.acceptedRecords - 400) <= 2, "\(shard.id): \(shard.acceptedRecords)") }
  }
}
