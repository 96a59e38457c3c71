import Experiment
import Models
import Scenario
import Testing
import Units

@Suite struct `Neighbours in a scenario` {
  @Test("a video stream is read") func video() throws {
    let text = Sample.plus(
      "video_streams:\n  door: {cameras: 3, bitrate_mbps: 2.5, fragment: 1500ms, tracks: 2, metadata_tags: 1, producers: 1, "
        + "get_media: 2, fragment_list_readers: 1, hls_viewers: 9, playlist_fragments: 3, retention: 2h, hours_per_day: 6}"
    )
    let spec = try #require(try Sample.experiment(text).neighbours.videoStreams.first)
    #expect(spec.name == "door" && spec.cameras == 3 && spec.bitsPerSecond == 2_500_000)
    #expect(spec.fragment == .milliseconds(1_500) && spec.viewers == 9 && spec.hoursPerDay == 6)
    #expect(spec.retention == .hours(2) && spec.playlistFragments == 3 && spec.mediaReaders == 2)
  }

  @Test("a legacy application is read, and always warns") func sql() throws {
    let text = Sample.plus(
      "sql_applications:\n  old: {from: clicks, rate: 100, row: 900B, keys: 50, window: {type: stagger, length: 1m}}")
    let loaded = try ScenarioFile.load(text: text, file: "s.yaml")
    let spec = try #require(loaded.experiment.neighbours.sqlApplications.first)
    #expect(spec.window == .stagger(.minutes(1)) && spec.keys == 50 && spec.stream == 0 && spec.units == 1)
    #expect(loaded.warnings.map(\.message).contains { $0.contains("deleted from 2026-01-27") })
  }

  // swift-format-ignore
  static let mistakes: [Mistake] = [
    Mistake("", "video_streams:\n  a: {}", "\"bitrate_mbps\" is missing: expected megabits per second of a camera, such as 4"),
    Mistake("", "video_streams:\n  a: {bitrate_mbps: -1}", "allowed are 0.001 to 1000"),
    Mistake("", "video_streams:\n  a: {bitrate_mbps: 1, fragment: 1ms}", "fragment: expected a duration from 100ms to 10m"),
    Mistake("", "video_streams:\n  a: {bitrate_mbps: 1, retention: 5m}", "retention: expected 0s, or at least 1h"),
    Mistake("", "video_streams:\n  a: {bitrate_mbps: 1, viewers: 5}", "unknown key \"viewers\""),
    Mistake("", "sql_applications:\n  a: {from: nowhere, rate: 1, row: 1B, window: {type: sliding, length: 1m}}", "there is no stream \"nowhere\""),
    Mistake("", "sql_applications:\n  a: {from: clicks, rate: 1, row: 1B, window: {type: tumbling, length: 1m, rows: 3}}", "\"rows\" does not apply to a tumbling window"),
    Mistake("", "sql_applications:\n  a: {from: clicks, rate: 1, row: 1B, window: {type: sliding, length: 1m, rows: 3}}", "\"length\" does not apply to a window of rows"),
    Mistake("", "sql_applications:\n  a: {from: clicks, rate: 1, row: 1B, window: {type: session}}", "expected one of tumbling, sliding, stagger, found \"session\""),
  ]

  @Test("a mistake is said once", arguments: mistakes) func mistake(_ mistake: Mistake) {
    let errors = Sample.errors(Sample.plus(mistake.new)).filter { !$0.contains("discontinued") }
    #expect(errors.count == 1 && errors.allSatisfy { $0.contains(mistake.says) }, "\(errors)")
  }
}
