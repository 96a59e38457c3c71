import Experiment
import Models
import Testing

@testable import Reporting

@Suite struct ModeTests {
  private static func report(_ start: CapacityMode, _ end: CapacityMode) -> Report {
    var result = Fixture.calm()
    (result.streams[0].modeStart, result.streams[0].modeEnd) = (start, end)
    return Fixture.report([result])
  }

  @Test func `run json has a stream's mode at the start and at the end`() {
    let text = Self.report(.provisioned, .onDemandAdvantage).json
    #expect(text.contains("\"mode\": \"provisioned\"") && text.contains("\"mode_end\": \"on_demand_advantage\""))
  }

  @Test func `report and summary name the mode of a stream that is on-demand at either end`() {
    let standard = Self.report(.onDemandStandard, .onDemandStandard)
    #expect(standard.markdown.contains("Mode: on-demand Standard. 1 shard; "))
    #expect(standard.markdown.contains("looks at an on-demand stream's shards by whole minutes"))
    #expect(standard.text.contains("stream audit: on-demand Standard, 1 shard, "))
    let switched = Self.report(.provisioned, .onDemandAdvantage)
    #expect(
      switched.markdown.contains("Mode: provisioned at the start, on-demand Advantage at the end. 1 shard; "))
    #expect(switched.text.contains("stream audit: provisioned → on-demand Advantage, 1 shard, "))
  }

  @Test func `a stream that was always provisioned is written about as before`() {
    let report = Self.report(.provisioned, .provisioned)
    #expect(!report.markdown.contains("on-demand stream's shards"))
    #expect(!report.markdown.contains("Mode: ") && !report.text.contains("provisioned"))
  }
}
