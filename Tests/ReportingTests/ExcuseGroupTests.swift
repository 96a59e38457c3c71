import Testing

@testable import Planning
@testable import Reporting

@Suite struct ExcuseGroupTests {
  private func excuse(_ shards: Int, _ limit: Excuse.Limit, _ subject: String, needs: Double, has: Double, unit: String)
    -> Excuse
  {
    Excuse(
      [Candidate.Choice(path: "streams.s.shards", value: String(shards))], limit, subject: subject, needs: needs,
      has: has, unit: unit, basis: .simulated)
  }

  @Test func `excuses of one limit are one line with the range of what they need`() {
    let groups = ExcuseGroup.all([
      excuse(1, .writeRecords, "s shardId-000000000000", needs: 2_400, has: 1_000, unit: "records/s"),
      excuse(2, .writeRecords, "s shardId-000000000001", needs: 1_200, has: 1_000, unit: "records/s"),
      excuse(9, .dearer, "the best design", needs: 98.55, has: 32.85, unit: "USD/month"),
    ])
    #expect(groups.map(\.count) == [2, 1])
    #expect(
      groups[0].sentence
        == "2 designs, such as streams.s.shards 1: records of s shardId-000000000000: demand 1,200 to "
        + "2,400 records/s, limit 1,000 records/s")
    #expect(
      groups[1].sentence == "streams.s.shards 9: costs more: $98.55 a month; the best design costs $32.85 a month")
  }

  @Test func `a design that counts as many as the best one is no dearer`() {
    let best = "the best design"
    let groups = ExcuseGroup.all([
      excuse(4, .dearer, best, needs: 4, has: 4, unit: "instances"),
      excuse(6, .dearer, best, needs: 6, has: 4, unit: "instances"),
      excuse(5, .dearer, best, needs: 4, has: 4, unit: "instances"),
    ])
    #expect(
      groups.map(\.sentence) == [
        "2 designs, such as streams.s.shards 4: no better: 4 instances, as the best design has",
        "streams.s.shards 6: costs more: 6 instances; the best design costs 4 instances",
      ])
  }

  @Test(arguments: Excuse.Limit.allCases)
  func `every limit has a sentence that names the design`(limit: Excuse.Limit) {
    let group = ExcuseGroup.all([excuse(7, limit, "it", needs: 2, has: 1, unit: "share")])[0]
    #expect(group.sentence.hasPrefix("streams.s.shards 7: ") && group.sentence.count > 25)
  }
}
