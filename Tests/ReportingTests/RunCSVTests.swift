import Experiment
import Models
import Testing
import Units

@testable import Reporting

@Suite struct RunCSVTests {
  /// RFC 4180, read back.
  static func rows(_ text: String) -> [[String]] {
    var (rows, row, cell, isQuoted) = ([[String]](), [String](), "", false)
    var scalars = Array(text.unicodeScalars)[...]
    while let scalar = scalars.popFirst() {
      switch scalar {
      case "\"" where isQuoted && scalars.first == "\"":
        cell.append("\"")
        scalars = scalars.dropFirst()
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: (row, cell) = (row + [cell], "")
      case "\n" where !isQuoted: (rows, row, cell) = (rows + [row + [cell]], [], "")
      default: cell.unicodeScalars.append(scalar)
      }
    }
    return rows
  }

  @Test(arguments: Outputs.CSV.allCases.filter { $0 != .firehoseObjects })
  func `every row has as many cells as the header`(_ file: Outputs.CSV) {
    for result in [Fixture.result(), Fixture.calm(), Fixture.empty()] {
      let rows = Self.rows(RunCSV(Fixture.report([result])).text(file))
      #expect(Set(rows.map(\.count)).count == 1)
    }
    #expect(Self.rows(RunCSV(Fixture.report()).text(file)).count > 1)
  }

  @Test(arguments: ["plain", "a,b", "say \"x\"", "two\nlines", "\r\n", "", "=1+1", "é,\"\"\n"])
  func `a cell reads back as it was written`(_ cell: String) {
    var table = CSVTable(["a", "b"])
    table.append([cell, cell])
    #expect(Self.rows(table.text).last == [cell, cell])
  }

  @Test func `timeseries goes by time and then by series`() {
    let rows = Self.rows(RunCSV(Fixture.report()).text(.timeseries))
    #expect(
      rows[0].joined(separator: ",")
        == "t_s,time,stream,consumer,metric,unit,sum,average,minimum,maximum,sample_count,firehose")
    #expect(rows.count == 1 + 120 + 118)
    #expect(
      rows[1] == [
        "0", "2026-03-06T20:00:00Z", "telemetry", "", "IncomingRecords", "Count", "150000", "500", "0.5", "500", "300",
        "",
      ])
    #expect(rows[4][3] == "archive" && rows[4][0] == "120")
  }

  @Test func `shards have a row each with their stream`() {
    let rows = Self.rows(RunCSV(Fixture.report()).text(.shards))
    #expect(rows.count == 1 + 6 + 1)
    #expect(rows[4][1] == "shardId-000000000003" && rows[4][12] == "601234" && rows[4][8] == "5460")
    #expect(rows[5][2] == "shardId-000000000003")
  }

  @Test func `the summary has the figures of run json with their units`() {
    let rows = Self.rows(RunCSV(Fixture.report()).text(.summary))
    #expect(rows.contains(["records.lost", "1234", ""]))
    #expect(rows.contains(["consumers.alerts.iterator_age_ms.max", "95000", "ms"]))
    #expect(rows.contains(["streams.telemetry.incoming_bytes", "6731519784", "B"]))
    #expect(rows.contains(["streams.telemetry.shard_utilization.mean", "0.62", "1"]))
    #expect(rows.contains(["slo.late.value", "", "ms"]))
  }

  @Test func `an objective's row says when it was first broken`() {
    let rows = Self.rows(RunCSV(Fixture.report()).text(.slo))
    #expect(
      rows[2].prefix(6) == ["throttle", "put_throttle_rate(stream=telemetry).rate < 1 %", "0.231", "<", "0.01", "1"])
    #expect(
      rows[2].suffix(6) == [
        "871", "2026-03-06T20:14:31Z", "115", "37", "1", "meters retry in step, so refusals breed refusals",
      ])
  }
}
