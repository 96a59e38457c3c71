import Experiment
import KinesisCore
import Models
import Testing
import Units

@Suite struct `Channels in a scenario` {
  @Test("two channels of an on-demand stream are read, with AWS's default freshness") func read() throws {
    let text =
      Sample.with("mode: provisioned, shards: 4", "mode: on_demand_standard") + "\n" + """
        channels:
          lake: {source: clicks, destination: s3}
          table: {source: clicks, destination: s3_tables, data_freshness: 15m}
        """
    let channels = try Sample.experiment(text).channels
    #expect(channels.map(\.name) == ["lake", "table"] && channels.map(\.destination) == [.s3, .s3Tables])
    #expect(channels.map(\.freshness) == [.seconds(300), .minutes(15)])
  }

  @Test("a second channel to the same type of destination is refused") func twice() {
    let text =
      Sample.with("mode: provisioned, shards: 4", "mode: on_demand_standard") + "\n" + """
        channels:
          lake: {source: clicks, destination: s3}
          pond: {source: clicks, destination: s3}
        """
    let errors = Sample.errors(text)
    #expect(
      errors.count == 1 && errors.allSatisfy { $0.contains("channels.pond: AWS refuses it: LimitExceededException") })
  }

  // swift-format-ignore
  static let mistakes: [Mistake] = [
    Mistake("", "channels:\n  lake: {}", "\"source\" is missing: expected the name of a stream"),
    Mistake("", "channels:\n  lake: {source: nowhere, destination: s3}", "there is no stream \"nowhere\""),
    Mistake("", "channels:\n  lake: {source: clicks, destination: splunk}", "expected one of s3, s3_tables, found \"splunk\""),
    Mistake("", "channels:\n  lake: {source: clicks, destination: s3, data_freshness: 60s}", "data_freshness: expected a duration from 5m to 15m, found \"60s\""),
    Mistake("", "channels:\n  lake: {source: clicks, destination: s3, data_freshness: 300500ms}", "data_freshness: expected whole seconds, found \"300500ms\""),
    Mistake("", "channels:\n  lake: {source: clicks, destination: s3, price: 1}", "unknown key \"price\""),
    Mistake("", "channels:\n  lake: {source: clicks, destination: s3}", "channels.lake: AWS refuses it: ValidationException: Data delivery needs a stream in On-Demand mode"),
  ]

  @Test("a mistake is said, with AWS's reason where AWS would refuse", arguments: mistakes)
  func mistake(_ mistake: Mistake) {
    let errors = Sample.errors(Sample.plus(mistake.new))
    #expect(errors.contains { $0.contains(mistake.says) }, "\(errors)")
  }
}
