import Experiment
import KinesisCore
import Simulation
import Testing
import Units

@testable import Models

/// A producer behind the Kinesis Producer Library.
func library(
  _ name: String = "web", processes: Int = 1, rate: Double, size: Int = 512, arrivals: ArrivalPattern = .poisson,
  keys: KeySpec = KeySpec(.single), settings: KPLSpec = KPLSpec(), retry: RetrySpec = RetrySpec(policy: .kplTokenBucket)
) -> ProducerSpec {
  Fixture.producer(
    name, processes: processes, rate: rate, arrivals: arrivals, size: size, keys: keys, batching: .kpl(settings),
    retry: retry)
}

/// `count` records at the start of a run.
private func burst(_ count: Int, settings: KPLSpec = KPLSpec()) -> Experiment {
  var producer = library(rate: 1, settings: settings)
  producer.rate = .events(
    EventTrace(offsets: Array(repeating: 0, count: count), bytes: Array(repeating: 100, count: count), source: ""))
  (producer.arrivals, producer.size) = (.trace, .trace)
  var experiment = Fixture.experiment(seconds: 30, shards: 1, producers: [producer])
  experiment.serviceTimes.put = .constant(10e6)
  return experiment
}

private func total(_ result: RunResult, _ metric: String) -> Double {
  result.series.filter { $0.metric == metric }.flatMap(\.samples).reduce(0) { $0 + $1.sum }
}

@Suite("Aggregates")
struct AggregateTests {
  private func size(_ data: [Int64], keys: [UInt32], keyBytes: Int64 = 4) -> AggregateSize {
    var size = AggregateSize()
    for (bytes, key) in zip(data, keys) { size.add(key: key, keyBytes: keyBytes, data: bytes, .partitionKey) }
    return size
  }

  @Test("a user record alone is sent as it is")
  func alone() {
    #expect(size([512], keys: [7]).data == 512)
    #expect(size([512], keys: [7]).estimate == 512)
  }

  @Test("several are magic, protobuf and MD5, byte by byte")
  func layout() {
    // Envelope 20. Key table: tag, length, four bytes. Each record: tag, length, and in it two bytes of key index, tag
    // and length of the data, the data.
    #expect(size([10, 10], keys: [1, 1]).data == 20 + 6 + 2 * (2 + 2 + 2 + 10))
    #expect(size([10, 10], keys: [1, 2]).data == 20 + 12 + 2 * (2 + 2 + 2 + 10))
    // From 128 bytes on lengths take two bytes.
    #expect(size([200, 10], keys: [1, 1]).data == 20 + 6 + (1 + 2 + 2 + 1 + 2 + 200) + 16)
  }

  @Test("the estimate is the library's: data + 5 a record, key + 3 a new key")
  func estimate() {
    #expect(size([10, 20, 30], keys: [1, 2, 1]).estimate == 60 + 15 + 14)
  }

  @Test("a key is counted once however many records share it", arguments: [1, 10, 1_000])
  func keys(distinct: Int) {
    let keys = (0..<5_000).map { UInt32($0 % distinct) }
    let size = size(Array(repeating: 10, count: 5_000), keys: keys)
    #expect(size.estimate == Int64(5_000 * 15 + distinct * 7))
  }

  @Test("an emptied size begins anew")
  func emptied() {
    var used = size([10, 20], keys: [1, 2])
    used.removeAll()
    used.add(key: 1, keyBytes: 4, data: 10, .partitionKey)
    used.add(key: 1, keyBytes: 4, data: 10, .partitionKey)
    #expect(used.data == size([10, 10], keys: [1, 1]).data)
  }

  @Test("AWS's example: 1,000 records a second of 512 bytes are about ten Kinesis records of 50 KB")
  func example() throws {
    let result = Fixture.result(of: Fixture.experiment(seconds: 60, shards: 1, producers: [library(rate: 1_000)]))
    let stored = Double(result.streams[0].incomingRecords)
    #expect((9.5...11.5).contains(stored / 60), "\(stored / 60) a second; seed 1")
    let mean = Double(result.streams[0].incomingBytes.count) / stored
    #expect((45_000...51_300).contains(mean), "\(mean) bytes; seed 1")
    let client = try #require(result.producers[0].client)
    #expect((90...105).contains(client.aggregationFactor))
    #expect(result.records.accepted > 59_000)
  }

  @Test("no aggregate is larger than its maximum", arguments: [64, 1_000, 51_200, 200_000])
  func bounded(most: Int64) {
    let producer = library(rate: 2_000, size: 100, settings: KPLSpec(maxBytes: Bytes(most)))
    let result = Fixture.result(of: Fixture.experiment(seconds: 20, shards: 4, producers: [producer]))
    let largest = result.series.first { $0.metric == "IncomingBytes" }?.samples.map(\.maximum).max() ?? 0
    let records = result.series.first { $0.metric == "IncomingRecords" }?.samples.map(\.maximum).max() ?? 0
    #expect(largest <= Double(max(most, 100) + 24) * records)
    #expect(result.records.lost == 0)
  }

  @Test("a record alone in its time waits the buffered time and no longer")
  func buffered() {
    var experiment = Fixture.experiment(seconds: 20, shards: 1, producers: [library(rate: 2, arrivals: .paced)])
    experiment.serviceTimes.put = .constant(10e6)
    let latency = Fixture.result(of: experiment).producers[0].putLatency
    #expect(abs(latency.max.inMilliseconds - 110) < 0.2)
    #expect(abs(latency.mean.inMilliseconds - 110) < 0.2)
  }

  @Test("compression makes data smaller before it is packed")
  func compression() {
    let producer = library(rate: 1_000, settings: KPLSpec(compressionRatio: 4))
    let result = Fixture.result(of: Fixture.experiment(seconds: 20, shards: 1, producers: [producer]))
    let each = Double(result.streams[0].incomingBytes.count) / Double(result.records.accepted)
    #expect((128...140).contains(each))
  }

  @Test("without aggregation each user record is a Kinesis record")
  func disabled() {
    let producer = library(rate: 300, settings: KPLSpec(aggregation: .disabled))
    let result = Fixture.result(of: Fixture.experiment(seconds: 20, shards: 1, producers: [producer]))
    #expect(result.streams[0].incomingRecords == result.records.accepted)
    #expect(result.producers[0].client?.aggregationFactor == 1)
  }
}

@Suite("The library's calls")
struct LibraryCallTests {
  @Test("hold 500 Kinesis records at most, and go when they do")
  func byCount() {
    let result = Fixture.result(of: burst(1_000, settings: KPLSpec(aggregation: .disabled)))
    let calls = result.series.first { $0.metric == "PutRecords.TotalRecords" }?.samples ?? []
    #expect(calls.map(\.maximum).max() == 500)
    #expect(calls.reduce(0) { $0 + $1.count } == 2)
  }

  @Test("go when one shard has 256 KiB in them")
  func byShard() {
    let producer = library(rate: 200, size: 60_000, settings: KPLSpec(aggregation: .disabled))
    let result = Fixture.result(of: Fixture.experiment(seconds: 10, shards: 1, producers: [producer]))
    let calls = result.series.first { $0.metric == "PutRecords.TotalRecords" }?.samples ?? []
    // Five of 60,000 bytes are the first to reach 262,144.
    #expect(calls.map(\.maximum).max() == 5)
  }

  @Test("that fail are packed again with half the buffered time, and nothing else is waited for")
  func noBackOff() {
    var experiment = burst(1)
    experiment.events = [
      ScheduledEvent(at: .zero, length: .seconds(10), action: .errorBurst(stream: 0, share: 1))
    ]
    // The first try leaves at 100 ms, each answer comes 10 ms later, the next try 50 ms after that: 100, 160, … 9,940 ms.
    let producer = Fixture.result(of: experiment).producers[0]
    #expect(producer.client?.failedCalls == 165)
    #expect(producer.retries == 165)
    #expect(abs(producer.putLatency.max.inMilliseconds - 10_010) < 10)
  }
}

@Suite("The library's limiter")
struct LimiterTests {
  /// What one process offers to one shard, by second.
  private func offers(seconds: Int64, rate: Double, size: Int, _ count: KPLSpec.Aggregation) -> [Double] {
    var experiment = Fixture.experiment(
      seconds: seconds, shards: 1,
      producers: [library(rate: rate, size: size, settings: KPLSpec(aggregation: count))])
    experiment.horizon.reportBin = .seconds(1)
    let result = Fixture.result(of: experiment)
    let series = result.series.first { $0.metric == "PutRecords.TotalRecords" }?.samples ?? []
    return series.map(\.sum)
  }

  @Test("offers a shard never more than 150 % of its records and what it saved up", arguments: [1_200.0, 2_500, 6_000])
  func records(rate: Double) {
    let offers = offers(seconds: 25, rate: rate, size: 40, .disabled)
    for first in offers.indices {
      for last in first..<offers.count {
        // A fifth of a second more, for what passed the limiter and was still being collected.
        let most = 1_000 + 1_500 * (Double(last - first + 1) + 0.2)
        #expect(offers[first...last].reduce(0, +) <= most)
      }
    }
    if rate > 2_000 { #expect(offers.dropFirst(5).dropLast().allSatisfy { abs($0 - 1_500) < 80 }) }
  }

  @Test("offers a shard never more than 150 % of its bytes and the 10 MiB it saved up")
  func bytes() {
    let offers = offers(seconds: 40, rate: 150, size: 20_000, .disabled)
    let all = offers.reduce(0, +) * 20_000
    #expect(all <= 10 * 1_048_576 + 1.5 * 1_048_576 * 40.2)
    #expect(offers.suffix(10).dropLast().allSatisfy { abs($0 * 20_000 / 1_572_864 - 1) < 0.1 })
  }

  @Test("two producers offer twice as much")
  func two() {
    let settings = KPLSpec(aggregation: .disabled)
    let both = ["a", "b"].map { library($0, rate: 3_000, size: 40, settings: settings) }
    let one = Fixture.result(of: Fixture.experiment(seconds: 20, shards: 1, producers: [both[0]]))
    let two = Fixture.result(of: Fixture.experiment(seconds: 20, shards: 1, producers: both))
    #expect(abs(Double(two.streams[0].attempts) / Double(one.streams[0].attempts) - 2) < 0.05)
    #expect(one.streams[0].putThrottleRate.value < 0.36)
    #expect(two.streams[0].putThrottleRate.value > 0.6)
  }

  @Test(
    "a record is given up when its time is over, wherever it waits",
    arguments: [KPLSpec.Aggregation.enabled, .disabled])
  func expiry(aggregation: KPLSpec.Aggregation) {
    let settings = KPLSpec(aggregation: aggregation, ttl: .seconds(3))
    let retry = RetrySpec(policy: .kplTokenBucket, ttl: .seconds(3))
    let producer = library(rate: 2_600, size: 1_000, settings: settings, retry: retry)
    let result = Fixture.result(of: Fixture.experiment(seconds: 30, shards: 1, producers: [producer]))
    let fate = result.producers[0]
    #expect(fate.lostByAge > 0)
    #expect(fate.lost == fate.lostByAge)
    #expect(fate.putLatency.max < .milliseconds(3_300))
    // What is neither stored nor lost is at most three seconds old.
    #expect(Double(fate.inFlight) < 2_600 * 3.4)
  }

  @Test("a blocked source goes on when what it waited behind has become too old")
  func blocked() {
    let settings = KPLSpec(aggregation: .disabled, ttl: .seconds(2))
    let retry = RetrySpec(policy: .kplTokenBucket, ttl: .seconds(2), buffer: Bytes(100_000), overflow: .block)
    var producer = library(rate: 400, size: 1_000, settings: settings, retry: retry)
    producer.arrivals = .paced
    // Nothing gets through for ten seconds: the buffer of 97 records empties by age alone.
    let outage = ScheduledEvent(at: .seconds(5), length: .seconds(10), action: .errorBurst(stream: nil, share: 1))
    let result = Fixture.result(
      of: Fixture.experiment(seconds: 30, shards: 1, producers: [producer], events: [outage]))
    #expect(result.producers[0].lostByAge > 300)
    #expect(result.producers[0].lost == result.producers[0].lostByAge)
    #expect(result.records.accepted > 7_500)
  }

  @Test("the heap of expiries gives the earliest first")
  func heap() {
    var stream = RandomStream(seed: 5, replication: 0, purpose: .service, entity: "tests.heap")
    var (heap, times) = (ExpiryHeap(), [Int64]())
    for number in 0..<500 {
      let at = Int64(stream.below(200))
      times.append(at)
      heap.push(.init(at: Instant(nanoseconds: at), aggregate: Int32(number), generation: 0))
    }
    var drawn: [Int64] = []
    while let entry = heap.first {
      drawn.append(entry.at.nanoseconds)
      heap.removeFirst()
    }
    #expect(drawn == times.sorted())
  }
}

@Suite("The library during a reshard")
struct LibraryReshardTests {
  private func split(_ aggregation: KPLSpec.Aggregation) -> RunResult {
    let producer = library(
      processes: 3, rate: 1_500, size: 200, keys: KeySpec(.uniform(cardinality: 5_000)),
      settings: KPLSpec(aggregation: aggregation))
    return Fixture.result(
      of: Fixture.experiment(
        seconds: 90, shards: 2, producers: [producer], consumers: [Fixture.consumer(.sdkPolling)],
        events: [ScheduledEvent(at: .seconds(10), action: .splitShard(stream: 0, shard: ShardID(0), at: nil))]))
  }

  @Test("packs records for a shard that is closed: they are stored, tried again as Wrong Shard, and stored twice")
  func wrongShard() throws {
    let result = split(.enabled)
    let client = try #require(result.producers[0].client)
    #expect(client.wrongShard > 0)
    #expect(result.records.duplicates > 0)
    #expect(result.records.duplicates <= client.wrongShard)
    // The map is read again within a few calls: not a thousandth of all records is stored twice.
    #expect(Double(result.records.duplicates) < 0.01 * Double(result.records.accepted))
    #expect(result.records.lost == 0)
    #expect(result.streams[0].shards.count == 4)
  }

  @Test("has no reason to try again what is not packed")
  func unpacked() {
    let result = split(.disabled)
    #expect(result.producers[0].client?.wrongShard == 0)
    #expect(result.records.duplicates == 0)
  }

  @Test("consumers see every copy of every user record")
  func consumers() {
    for aggregation in [KPLSpec.Aggregation.enabled, .disabled] {
      let result = split(aggregation), consumer = result.consumers[0]
      let copies = result.records.accepted + result.records.duplicates
      #expect(consumer.records + consumer.backlog + consumer.expired == copies)
      #expect(consumer.records > result.streams[0].incomingRecords / 2)
    }
  }
}

@Suite("User records in a shard")
struct UserRecordIndexTests {
  @Test("are counted like a list that holds each Kinesis record's, forgotten or not")
  func model() {
    var stream = RandomStream(seed: 3, replication: 0, purpose: .service, entity: "tests.users")
    var (index, list) = (UserRecordIndex(), [Int64]())
    var gone = 0
    for _ in 0..<6_000 {
      let users = Int32(stream.below(4)) + 1
      index.note(Int64(list.count), users: users)
      list.append(Int64(users))
      if stream.below(50) == 0 {
        gone = max(gone, Int(stream.below(UInt64(list.count))))
        index.forget(before: Int64(gone))
      }
      let first = gone + Int(stream.below(UInt64(list.count - gone)))
      let end = first + Int(stream.below(UInt64(list.count - first + 1)))
      #expect(index.users(from: Int64(first), to: Int64(end)) == list[first..<end].reduce(0, +))
    }
    #expect(index.extra + 6_000 == list.reduce(0, +))
  }
}
