import Experiment
import Foundation
import KinesisCore
import Models
import Planning
import Scenario
import Testing
import Units

/// Recorded series beside the repository, whose figures were computed by others: see traces/SOURCES.md there.
@Suite("Figures of shared traces")
struct SharedTraceTests {
  struct Known: Sendable, CustomTestStringConvertible {
    var file: String
    /// Peak over mean at widths in seconds.
    var peaks: [(seconds: Int64, ratio: Double)]
    var dispersion: Double?
    /// Correlation of hours a day apart.
    var day: Double?

    var testDescription: String { file }
  }

  static let folder = CloudWatchSample.package.deletingLastPathComponent().appendingPathComponent(
    "shared/traces/normalized")
  static let isThere = FileManager.default.fileExists(atPath: folder.path)

  static let all = [
    Known(file: "azure_llm_code_1s.csv", peaks: [(1, 26.1), (60, 4.1), (300, 1.56)], dispersion: 13),
    Known(file: "azure_llm_conv_1s.csv", peaks: [(1, 2.89), (60, 1.53)], dispersion: 1.4),
    Known(file: "aws_elb_requests_5min.csv", peaks: [(300, 10.6)], dispersion: 52),
    Known(file: "twitter_amzn_5min.csv", peaks: [(300, 31.4)], dispersion: 17),
    Known(file: "nyc_taxi_30min.csv", peaks: [(1_800, 2.6)], dispersion: 3_181, day: 0.80),
    Known(file: "nycflights_2013_1h.csv", peaks: [(3_600, 2.45)], dispersion: 20, day: 0.96),
  ]

  @Test(
    "peaks, dispersion and days are those that others computed",
    .enabled(if: isThere, "no shared traces beside the package: nothing was checked"), arguments: all)
  func figures(_ known: Known) throws {
    let path = Self.folder.appendingPathComponent(known.file).path
    let input = try TraceFiles.read([path], keys: [], missing: .zero)
    let profile = TrafficProfile(input, shards: nil, limits: .current)
    for (seconds, ratio) in known.peaks {
      let one = try #require(profile.burstiness.first { $0.width == .seconds(seconds) })
      let peak = try #require(one.peakToMean)
      #expect((peak / ratio - 1).magnitude < 0.02, "\(seconds) s: \(peak)")
    }
    let own = try #require(profile.burstiness.first { $0.width == input.traffic?.width }?.dispersion)
    if let dispersion = known.dispersion { #expect((own / dispersion - 1).magnitude < 0.04, "\(own)") }
    if let day = known.day {
      let measured = try #require(profile.seasons[0].autocorrelation)
      #expect((measured - day).magnitude < 0.02, "\(measured)")
    }
  }
}
