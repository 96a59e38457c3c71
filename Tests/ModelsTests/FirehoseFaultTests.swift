import Experiment
import KinesisCore
import Models
import Simulation
import Testing
import Units

@Suite("Delivery streams under strain")
struct FirehoseFaultTests {
  @Test("half an hour without S3 loses nothing of a stream: it comes late, as late as the outage was long")
  func s3Outage() {
    let outage = ScheduledEvent(at: .minutes(10), length: .minutes(30), action: .destinationOutage(firehose: 0))
    let result = Fixture.result(
      of: Fixture.delivering([Fixture.firehose()], seconds: 3_600, rate: 50, events: [outage]))
    let firehose = result.firehoses[0]
    #expect(firehose.ledger.lost == 0 && firehose.ledger.failed == 0)
    #expect(firehose.freshness.max >= .minutes(30))
    #expect(firehose.freshness.max <= .minutes(35))
    #expect(firehose.delivery.retries > 0)
    #expect(Fixture.note(result, .outageBegan).count == 1 && Fixture.note(result, .outageEnded).count == 1)
  }

  @Test("a destination twenty times as slow makes records late, and loses none")
  func slowDestination() {
    func worst(_ events: [ScheduledEvent]) -> FirehoseResult {
      var firehose = Fixture.firehose()
      firehose.destinationLatency = .constant(5e9)
      return Fixture.result(of: Fixture.delivering([firehose], seconds: 1_800, rate: 50, events: events)).firehoses[0]
    }
    let slow = ScheduledEvent(
      at: .minutes(5), length: .minutes(15), action: .destinationSlowdown(firehose: 0, factor: 20))
    let (usual, late) = (worst([]), worst([slow]))
    #expect(late.freshness.max >= usual.freshness.max + .seconds(80))
    #expect(late.ledger.lost == 0 && late.ledger.isBalanced)
  }

  @Test("a destination takes no more than its limit, and what it refuses is tried again")
  func limitedDestination() {
    var firehose = Fixture.firehose()
    firehose.destinationLimit = Bytes(20_000)
    let result = Fixture.result(of: Fixture.delivering([firehose], seconds: 1_800, rate: 100)).firehoses[0]
    let delivered = result.objects.reduce(0) { $0 + $1.storedBytes.count }
    #expect(result.delivery.failedAttempts > 0 && result.delivery.retries > 0)
    let largest = result.objects.map(\.storedBytes.count).max() ?? 0
    #expect(delivered <= 20_000 * 1_801 + largest, "a full second's room and one overdraft at the most")
    #expect(result.ledger.lost == 0 && result.ledger.isBalanced)
  }

  @Test("after a failover shards are read again from their checkpoints: nothing is lost, copies are counted apart")
  func failover() {
    let events = [7, 13, 21].map { ScheduledEvent(at: .minutes($0), action: .firehoseFailover(0)) }
    let split = ScheduledEvent(at: .minutes(3), action: .splitShard(stream: 0, shard: nil, at: nil))
    let result = Fixture.result(
      of: Fixture.delivering([Fixture.firehose()], seconds: 1_800, rate: 50, events: events + [split]))
    let ledger = result.firehoses[0].ledger
    #expect(ledger.isBalanced && ledger.lost == 0)
    #expect(result.firehoses[0].reading?.backlog ?? -1 >= 0)
    #expect(
      ledger.records + (result.firehoses[0].reading?.backlog ?? 0) >= result.records.accepted,
      "what was accepted was taken in, or waits in the stream")
  }

  @Test("OpenSearch is tried for its retry duration; then the documents are in the error output")
  func openSearchOutage() {
    let outage = ScheduledEvent(at: .minutes(10), length: .minutes(30), action: .destinationOutage(firehose: 0))
    let result = Fixture.result(
      of: Fixture.delivering([Fixture.firehose(to: .openSearch)], seconds: 3_600, rate: 50, events: [outage]))
    let ledger = result.firehoses[0].ledger
    #expect(ledger.failed > 0 && ledger.lost == 0)
    // 300 s of tries out of 1,800 s: most of what came in the outage is there.
    let share = Double(ledger.failed) / Double(50 * 1_800)
    #expect(share > 0.7 && share <= 1.1)
    #expect(result.firehoses[0].delivery.errorObjects > 0)
  }

  @Test("a burst above the quota is throttled although the minute averages fit; patience loses nothing")
  func microburst() {
    let burst = ArrivalPattern.batch(every: .seconds(60), on: .seconds(2), factor: 30, jitter: .milliseconds(500))
    var patient = RetrySpec(
      policy: .exponentialFullJitter, maxAttempts: 12, base: .milliseconds(200), cap: .seconds(10))
    patient.overflow = .dropNewest
    var firehose = Fixture.firehose(reads: nil)
    firehose.configuration.region = "eu-central-1"
    let experiment = Fixture.putting(
      [
        Fixture.putter("patient", processes: 10, rate: 200, arrivals: burst, size: 500, records: 500, retry: patient),
        Fixture.putter("hasty", processes: 10, rate: 200, arrivals: burst, size: 500, records: 500),
      ], to: firehose, seconds: 600)
    let result = Fixture.result(of: experiment)
    let ingest = result.firehoses[0].ingest
    #expect((ingest?.throttledRecords ?? 0) > 0 && (ingest?.throttledSeconds ?? 0) >= 10)
    #expect(result.producers[0].lost == 0 && result.producers[0].retries > 0)
    #expect(result.producers[1].lost > 0)
    #expect(result.firehoses[0].ledger.records == result.records.accepted)
    #expect(result.records.offered == result.records.accepted + result.records.lost + result.records.inFlight)
    #expect(result.records.throttledAttempts == ingest?.throttledRecords)
  }

  @Test("records of a partition too many go to the error output, and never more partitions are active than may be")
  func partitionOverflow() {
    var firehose = Fixture.firehose(size: 64, interval: 60)
    firehose.configuration.partitioning = .init(maxActive: 50)
    firehose.partitionKeys = 400
    let result = Fixture.result(of: Fixture.delivering([firehose], seconds: 300, rate: 50))
    let partitions = result.firehoses[0].partitions
    #expect(partitions?.activePeak == 50 && partitions?.activeLimit == 50)
    #expect((partitions?.overflow ?? 0) > 0)
    #expect(result.firehoses[0].ledger.failedByPartitions == partitions?.overflow)
    #expect(Fixture.note(result, .partitionsExceeded).count == 1)
  }

  @Test("a transform adds its buffer and its time, and drops what it is told to drop")
  func transform() {
    var changed = Fixture.firehose("changed", size: 16, interval: 60)
    changed.configuration.transform = .init()
    changed.configuration.transform?.bufferInterval = .seconds(30)
    changed.configuration.transform?.outputPermille = 1_500
    (changed.transformTime, changed.droppedShare) = (.constant(2e9), 0.25)
    let result = Fixture.result(
      of: Fixture.delivering([Fixture.firehose("plain", size: 16, interval: 60), changed], seconds: 1_800, rate: 50))
    let (plain, late) = (result.firehoses[0], result.firehoses[1])
    // Half a transform's buffer and its two seconds; and as records come in batches, up to half an interval more.
    let delay = late.freshness.mean.inSeconds - plain.freshness.mean.inSeconds
    #expect(delay > 16 && delay < 48)
    let processed = late.ledger.delivered + late.ledger.dropped
    #expect(abs(Double(late.ledger.dropped) / Double(processed) - 0.25) < 0.01)
    let invocations = late.transform?.invocations ?? 0
    #expect(late.transform?.time.inSeconds ?? 0 == Double(invocations) * 2)
    let growth = Double(late.delivery.bufferedBytes.count) / Double(late.ledger.delivered * 1_000)
    #expect(abs(growth - 1.5) < 0.01)
  }

  @Test("conversion shrinks objects by its ratio, and the size is held against what was buffered")
  func conversion() {
    var firehose = Fixture.firehose(size: 64, interval: 300)
    firehose.configuration.format = .parquet(.none)
    firehose.configuration.compressionPermille = 4_000
    let result = Fixture.result(of: Fixture.delivering([firehose], seconds: 1_200, shards: 1, rate: 100))
    let delivery = result.firehoses[0].delivery
    let ratio = Double(delivery.bufferedBytes.count) / Double(delivery.sizes.sum.count)
    #expect(abs(ratio - 4) < 0.01)
    #expect(delivery.objects >= 3)
  }
}
