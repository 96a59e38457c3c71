import Experiment
import Foundation
import Models
import Scenario
import Testing
import Units

/// What is said about one mistake, word for word.
struct Mistake: Sendable, CustomTestStringConvertible {
  var old: String
  var new: String
  var says: String
  var testDescription: String { new }

  init(_ old: String, _ new: String, _ says: String) { (self.old, self.new, self.says) = (old, new, says) }
}

@Suite struct `Diagnostics` {
  @Test("the sample is sound") func sampleIsSound() throws {
    #expect(Sample.errors(Sample.base) == [])
  }

  // One mistake a line.
  // swift-format-ignore
  static let values: [Mistake] = [
    Mistake("rate: 100", "rate: 9k", #"9:11 producers.web.rate: expected records per second, such as 9000, found "9k""#),
    Mistake("rate: 100", "rate: -5", #"9:11 producers.web.rate: expected records per second, such as 9000, found "-5"; it cannot be negative"#),
    Mistake("rate: 100", "rate: .nan", #"9:11 producers.web.rate: expected records per second, such as 9000, found ".nan"; it must be finite"#),
    Mistake("rate: 100", "rate: .inf", #"9:11 producers.web.rate: expected records per second, such as 9000, found ".inf"; it must be finite"#),
    Mistake("rate: 100", "rate: 1_000", #"9:11 producers.web.rate: expected records per second, such as 9000, found "1_000"; write 1000"#),
    Mistake("rate: 100", "rate: '100'", #"9:11 producers.web.rate: expected records per second, such as 9000, found "100"; remove the quotes"#),
    Mistake("rate: 100", "rate:", #"9:10 producers.web.rate: expected records per second, such as 9000, found nothing; give it a value or remove the key"#),
    Mistake("rate: 100", "rate: []", #"9:11 producers.web.rate: expected records per second, such as 9000, or a map with a curve, found a list"#),
    Mistake("rate: 100", "rte: 100", #"9:5 producers.web.rte: unknown key "rte"; did you mean "rate"?"#),
    Mistake("to: clicks", "to: clics", #"8:9 producers.web.to: there is no stream "clics"; did you mean "clicks"?"#),
    Mistake("from: clicks", "from: x", #"14:18 consumers.reader.from: there is no stream "x"; streams are clicks"#),
    Mistake("duration: 1h", "duration: 90", #"3:19 clock.duration: expected a duration such as 90s, found "90"; add a unit: ms, s, m, h, d"#),
    Mistake("duration: 1h", "duration: 90sec", #"3:19 clock.duration: expected a duration such as 90s, found "90sec"; units are ms, s, m, h, d"#),
    Mistake("duration: 1h", "duration: 90S", #"3:19 clock.duration: expected a duration such as 90s, found "90S"; did you mean "s"?"#),
    Mistake("duration: 1h", "duration: 367d", #"3:19 clock.duration: expected a duration from 1ms to 366d, found "367d""#),
    Mistake("duration: 1h", "duration: -1h", #"3:19 clock.duration: expected a duration such as 90s, found "-1h"; it cannot be negative"#),
    Mistake("warmup: 1m", "warmup: 1h", #"3:31 clock.warmup: warmup 1h is not shorter than duration 1h (line 3)"#),
    Mistake("report_bin: 60s", "report_bin: 1500ms", #"3:47 clock.report_bin: expected whole seconds, found "1500ms""#),
    Mistake("report_bin: 60s", "start: yesterday", #"3:42 clock.start: expected a time such as 2026-03-06T00:00:00Z, found "yesterday""#),
    Mistake("shards: 4", "shards: 0", #"5:39 streams.clicks.shards: expected a number of shards from 1 to 20000, found "0""#),
    Mistake("shards: 4", "shards: 20001", #"5:39 streams.clicks.shards: expected a number of shards from 1 to 20000, found "20001""#),
    Mistake("shards: 4", "shards: 2.5", #"5:39 streams.clicks.shards: expected a number of shards from 1 to 20000, found "2.5""#),
    Mistake(", shards: 4", "", #"5:11 streams.clicks: "shards" is missing: expected a number of shards, such as 4"#),
    Mistake("shards: 4", "shards: 4, retention: 23h", #"5:53 streams.clicks.retention: expected whole hours from 24h to 8760h, found "23h""#),
    Mistake("shards: 4", "shards: 4, retention: 366d", #"5:53 streams.clicks.retention: expected whole hours from 24h to 8760h, found "366d""#),
    Mistake("shards: 4", "shards: 4, max_record: 11MiB", #"5:54 streams.clicks.max_record: expected a size from 1MiB to 10MiB, found "11MiB""#),
    Mistake("size: 900B", "size: 0", #"10:20 producers.web.record.size: expected records of at least one byte"#),
    Mistake("size: 900B", "size: 1MiB", #"10:20 producers.web.record.size: a record of 1MiB and its key of 36B exceed the stream's max_record 1MiB; raise max_record, at most 10MiB"#),
    Mistake("size: 900B", "size: {dist: uniform, low: 1, high: 2MiB}", #"10:20 producers.web.record.size: a record of 2MiB and its key of 36B exceed the stream's max_record 1MiB; raise max_record, at most 10MiB"#),
    Mistake("size: 900B", "size: {dist: uniform, low: 9, high: 2}", #"10:41 producers.web.record.size.low: low "9" is above high "2" (line 10)"#),
    Mistake("size: 900B", "size: 900b", #"10:20 producers.web.record.size: expected a size such as 900B, found "900b"; did you mean "B"?"#),
    Mistake("size: 900B", "size: {dist: lognormal, median: 900B, cv: 1}", #"10:20 producers.web.record.size: "p99" is missing: expected a size such as 900B"#),
    Mistake("size: 900B", "size: {dist: lognormal, median: 9KiB, p99: 900B}", #"10:57 producers.web.record.size.p99: p99 "900B" is below median "9KiB" (line 10)"#),
    Mistake("size: 900B", "size: {dist: lognomal, median: 9KiB, p99: 900B}", #"10:27 producers.web.record.size.dist: expected one of constant, uniform, exponential, lognormal, gamma, empirical, mixture, found "lognomal"; did you mean "lognormal"?"#),
    Mistake("size: 900B", "size: {dist: empirical, values: [1, 2], weights: [1]}", #"10:63 producers.web.record.size.weights: 1 weights for 2 values (line 10)"#),
    Mistake("size: 900B", "size: 900B, key_bytes: 1025", #"10:37 producers.web.record.key_bytes: expected a key's length in bytes from 1 to 1024, found "1025""#),
    Mistake("cardinality: 1000", "cardinality: 100000001", #"11:40 producers.web.keys.cardinality: expected a number of keys from 1 to 100000000, found "100000001""#),
    Mistake("cardinality: 1000", "salt: 0", #"11:33 producers.web.keys.salt: expected a number of ways to salt a key from 1 to 10000, found "0""#),
    Mistake("cardinality: 1000", "s: 1", #"11:27 producers.web.keys.s: "s" does not apply to dist uniform; remove it"#),
    Mistake("policy: none", "policy: exponential, base: 9s, cap: 1s", #"12:40 producers.web.retry.base: base 9s is longer than cap 1s (line 12)"#),
    Mistake("policy: none", "max_attempts: 0", #"12:27 producers.web.retry.max_attempts: expected a number of attempts from 1 to 1000000, found "0""#),
    Mistake("policy: none", "buffer: 900B", #"12:21 producers.web.retry.buffer: buffer 900B cannot hold one record of 936B with its key"#),
    Mistake("policy: none}", "policy: none}\n    batch: {max_records: 501}", #"13:26 producers.web.batch.max_records: expected a number of records from 1 to 500, found "501""#),
    Mistake("policy: none}", "policy: none}\n    batch: {max_bytes: 11MiB}", #"13:24 producers.web.batch.max_bytes: expected a size from 1B to 10MiB, found "11MiB""#),
    Mistake("policy: none}", "policy: none}\n    batch: {lnger: 1s}", #"13:13 producers.web.batch.lnger: unknown key "lnger"; did you mean "linger"?"#),
    Mistake("policy: none}", "policy: none}\n    count: 100001", #"13:12 producers.web.count: expected a number of processes from 1 to 100000, found "100001""#),
    Mistake("policy: none}", "policy: none}\n    network: 5", #"13:14 producers.web.network: expected a duration such as 90s, found "5"; add a unit: ms, s, m, h, d"#),
    Mistake("type: kcl_polling", "type: kcl_polling, poll_interval: 100ms", #"14:60 consumers.reader.poll_interval: expected a duration from 200ms to 1h, found "100ms""#),
    Mistake("type: kcl_polling", "type: kcl_efo, poll_interval: 1s", #"14:41 consumers.reader.poll_interval: "poll_interval" does not apply to type kcl_efo; remove it"#),
    Mistake("type: kcl_polling", "type: kcl_poling", #"14:32 consumers.reader.type: expected one of sdk_polling, kcl_polling, kcl_efo, lambda_polling, lambda_efo, managed_flink, firehose, queue, found "kcl_poling"; did you mean "kcl_polling"?"#),
    Mistake("type: kcl_polling", "type: kcl_polling, service: {per_batch: 4}", #"14:66 consumers.reader.service.per_batch: expected a duration such as 90s, found "4"; add a unit: ms, s, m, h, d"#),
    Mistake("name: sample", "name: Sample", #"2:7 name: expected a name of a-z, 0-9 and -, at most 63 long, found "Sample""#),
    Mistake("schema: weir/v1", "schema: weir/v2", #"1:9 schema: expected weir/v1, found "weir/v2""#),
    Mistake("schema: weir/v1", "bogus: {}\nschema: weir/v1", #"1:1 bogus: unknown key "bogus""#),
  ]

  @Test("a mistaken value is told with its place, what was expected and a remedy", arguments: values)
  func mistakenValue(_ mistake: Mistake) {
    let errors = Sample.errors(Sample.with(mistake.old, mistake.new))
    #expect(
      errors.contains {
        $0.hasPrefix("s.yaml:" + mistake.says)
          && ($0.utf8.count == mistake.says.utf8.count + 7 || $0.contains("bogus"))
      }, "\(errors)")
    #expect(errors.count <= 2, "\(errors)")
  }

  @Test("all mistakes are told at once, in the order of the file") func allAtOnce() {
    let text = Sample.base.replacing("duration: 1h", with: "duration: 1").replacing("shards: 4", with: "shards: 0")
      .replacing("rate: 100", with: "rate: -1").replacing("type: kcl_polling", with: "type: nope")
      .replacing("records_lost", with: "records_last")
    let lines = Sample.errors(text).map { $0.split(separator: ":")[1] }
    #expect(lines == ["3", "5", "9", "14", "16"])
  }

  @Test("another document of weir's is refused in one line, with where it goes") func otherDocuments() {
    let limits = "{\"schema\": \"weir.limits/v1\", \"profile\": \"p\", \"limits\": []}"
    let says = "s.yaml:1:12 schema: this is a weir.limits/v1 file, not a scenario; name it in a scenario under limits:"
    #expect(Sample.errors(limits) == [says])
    #expect(
      Sample.errors("schema: weir.prices/v1\nprices: []") == [
        "s.yaml:1:9 schema: this is a weir.prices/v1 file, not a scenario; name it in a scenario under prices:"
      ])
    #expect(
      Sample.errors("schema: weir.run/v1\n") == ["s.yaml:1:9 schema: this is a weir.run/v1 file, not a scenario"])
  }

  @Test(
    "an event that AWS calls otherwise is known by that name",
    arguments: [
      ("update_shard_count", "reshard"), ("UpdateShardCount", "reshard"), ("SplitShard", "split_shard"),
      ("update_stream_mode", "switch_mode"), ("UpdateStreamWarmThroughput", "set_warm_throughput"),
    ])
  func events(_ name: String, _ own: String) {
    let errors = Sample.errors(Sample.plus("events:\n  - {at: T+1m, do: \(name), target: clicks, value: 8}"))
    #expect(errors.contains { $0.hasSuffix("found \"\(name)\"; did you mean \"\(own)\"?") }, "\(errors)")
  }

  @Test("keys that could be meant are listed once each") func keys() {
    let errors = Sample.errors(Sample.plus("events:\n  - {at: T+1m, do: consumer_stop, target: reader, zzzzzzzz: 1}"))
    let listed = errors.first?.split(separator: "keys here are ").last?.components(separatedBy: ", ") ?? []
    #expect(listed.count > 3 && Set(listed).count == listed.count, "\(errors)")
  }

  @Test("a region that AWS has not is warned about, with the nearest name") func region() throws {
    let warnings = { (name: String) in
      try ScenarioFile.load(text: "region: \(name)\n" + Sample.base, file: "s.yaml").warnings.map(\.description)
    }
    for known in ["us-east-1", "eu-central-1", "ap-southeast-7", "mx-central-1"] {
      #expect(try warnings(known).isEmpty)
    }
    let says =
      "s.yaml:1:9 region: warning: not one of AWS's commercial regions known in 2026-03; the quotas of the smaller ones are taken, found "
    #expect(try warnings("eu-cental-1") == [says + #""eu-cental-1"; did you mean "eu-central-1"?"#])
    #expect(try warnings("xx-nowhere-9") == [says + #""xx-nowhere-9""#])
    #expect(
      Sample.errors("region: us-east1\n" + Sample.base) == [
        #"s.yaml:1:9 region: expected an AWS region such as us-east-1, found "us-east1"; did you mean "us-east-1"?"#
      ])
  }

  @Test("a region's shard quota bounds all streams together") func shardQuota() {
    let text = Sample.with(
      "{mode: provisioned, shards: 4}", "{mode: provisioned, shards: 600}\n  b: {mode: provisioned, shards: 600}")
    #expect(
      Sample.errors("region: eu-north-1\n" + text) == [
        "s.yaml:7:6 streams.b: 1200 shards in all are more than the quota of 1000 in eu-north-1"
      ])
    #expect(Sample.errors(text) == [])
  }

  @Test("warnings do not stop a run") func warnings() throws {
    let text = Sample.base.replacing(
      "policy: none", with: "policy: none, max_attempts: 3")
    let loaded = try ScenarioFile.load(text: text, file: "s.yaml")
    #expect(
      loaded.warnings.map(\.description).sorted() == [
        "s.yaml:12:41 producers.web.retry.max_attempts: warning: retry policy none gives a refused record up: max_attempts has no effect"
      ])
  }
}
