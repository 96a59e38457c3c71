import Experiment
import Foundation
import KinesisCore
import Testing
import Units

@testable import Models
@testable import Reporting

/// Scalers, channels and neighbours in the documents.
@Suite struct ExtrasTests {
  static func scaled() -> RunResult {
    var result = Fixture.calm()
    var scaler = AutoscalerResult(policy: "cloudwatch_double_halve")
    scaler.minutes = [1, 1, 2, 2, 4, 4, 2, 1].map { .init(shards: $0, need: 1) } + [.init(shards: 1, need: 3)]
    scaler.note(.init(at: Fixture.at(120), open: 1, target: 2))
    scaler.note(.init(at: Fixture.at(240), open: 2, target: 4))
    scaler.note(.init(at: Fixture.at(300), open: 4, target: 8, refusal: "ResourceInUseException"))
    scaler.note(.init(at: Fixture.at(360), open: 4, target: 2))
    result.streams[0].autoscaler = scaler
    result.experiment.streams = [StreamSpec(name: "audit", shards: 1)]
    result.experiment.streams[0].autoscaler = AutoscalerSpec(
      policy: .doubleHalve, metricDelay: .seconds(60), up: .init(permille: 750, minutes: 25, cooldown: .zero),
      down: .init(permille: 250, minutes: 300, cooldown: .zero), minimum: 1, maximum: 8)
    return result
  }

  private func json(_ result: RunResult, _ path: String...) throws -> Any? {
    let text = Fixture.report([result]).json
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return path.reduce(object as Any?) { ($0 as? [String: Any])?[$1] }
  }

  @Test("a scaler's calls, reversals and overshoot are counted") func counts() {
    let scaler = Self.scaled().streams[0].autoscaler
    #expect(scaler?.accepted == 3 && scaler?.refused == 1 && scaler?.directionChanges == 1)
    #expect(scaler?.needPeak == 3 && scaler?.shardsPeak == 4 && scaler?.minutesShort == 1)
    #expect(scaler?.shardMinutes == 18 && scaler?.neededShardMinutes == 11)
  }

  @Test("calls beyond the thousandth are counted, not kept; turns after an hour are none") func bounded() {
    var scaler = AutoscalerResult(policy: "schedule")
    for hour in 0..<1_500 {
      let up = hour.isMultiple(of: 2)
      scaler.note(.init(at: Fixture.at(Int64(hour) * 3_601), open: up ? 1 : 2, target: up ? 2 : 1))
    }
    #expect(scaler.calls.count == 1_000 && scaler.callsOmitted == 500 && scaler.directionChanges == 0)
  }

  @Test("the report draws shards and need on one scale and names what was refused") func scalerSection() throws {
    let text = Fixture.report([Self.scaled()]).markdown
    #expect(text.contains("### Stream `audit`, `cloudwatch_double_halve`"))
    #expect(text.contains("doubles after 25 minutes at 75 % or more, halves after 300 minutes below 25 %"))
    #expect(text.contains("shards  ▃▃▅▅██▅▃▃  at most 4") && text.contains("need    ▃▃▃▃▃▃▃▃▇  at most 3"))
    #expect(text.contains("**It flapped**: 1 time an accepted call turned back within an hour."))
    #expect(text.contains("| 4 → 8 | refused: ResourceInUseException |"))
    #expect(!text.contains("\n\n\n"))
    let scaler = try json(Self.scaled(), "streams", "audit", "autoscaler") as? [String: Any]
    #expect(scaler?["direction_changes"] as? Int == 1 && scaler?["refused"] as? Int == 1)
    #expect((scaler?["calls"] as? [Any])?.count == 4)
    let summary = Fixture.report([Self.scaled()]).text
    #expect(
      summary.contains(
        "The autoscaler of audit made 4 calls, of which AWS refused 1; it turned back within an hour 1 time"))
  }

  @Test("channels have a section and a place in run.json, only where there are some") func channels() throws {
    var result = Fixture.calm()
    #expect(try json(result, "channels") == nil)
    #expect(!Fixture.report([result]).markdown.contains("## Delivery channels"))
    result.experiment.channels = [ChannelSpec(name: "lake", stream: 0, destination: .s3, freshness: .seconds(300))]
    var channel = ChannelResult(name: "lake")
    (channel.records, channel.bytes, channel.deliveries) = (900, .mebibytes(6), 3)
    (channel.freshness, channel.heldRecords) = (.seconds(300), 7)
    result.channels = [channel]
    let name = result.experiment.streams[0].name
    let text = Fixture.report([result]).markdown
    #expect(text.contains("| `lake` | `\(name)` | `s3` | 900 | 6 MiB | 3 | 2 MiB | 5 min | 7 |"))
    let lake = try json(result, "channels", "lake") as? [String: Any]
    #expect(lake?["data_freshness_s"] as? Double == 300 && lake?["held_records"] as? Int == 7)
  }

  @Test("a neighbour that does not fit is named with its limit") func neighbours() throws {
    var result = Fixture.calm()
    #expect(try json(result, "neighbours") == nil)
    var wall = VideoStreamSpec(name: "wall", bitsPerSecond: 8_000_000)
    (wall.viewers, wall.tracks, wall.fragment) = (251, 2, .seconds(1))
    result.experiment.neighbours.videoStreams = [wall]
    let text = Fixture.report([result]).markdown
    #expect(text.contains("**It does not fit**: `video.fragment_media.points_per_s`."))
    #expect(text.contains("| `video.fragment_media.points_per_s` | 502 | 500 | points/s | **too little** |"))
    let summary = Fixture.report([result]).text
    #expect(summary.contains("Neighbour wall needs more than video.fragment_media.points_per_s allows."))
    let holds = try json(result, "neighbours", "video_streams", "wall", "holds")
    #expect(holds as? Bool == false)
  }
}
