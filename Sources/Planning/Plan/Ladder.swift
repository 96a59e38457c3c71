internal import Units

/// Designs that differ in nothing but the shards of one stream, ascending; or a single design.
struct Ladder: Sendable {
  /// Candidates by index.
  var rungs: [Int]
  /// Whether they may be bisected.
  var isBisected: Bool

  /// All ladders of the drafts, those that may be cheapest first.
  static func all(_ drafts: [Draft], _ candidates: [Candidate]) -> [Ladder] {
    var ladders: [Ladder] = [], found: [[Candidate.Choice]: Int] = [:]
    for draft in drafts {
      guard let rung = draft.rung else {
        ladders.append(Ladder(rungs: [draft.candidate], isBisected: false))
        continue
      }
      let rest = candidates[draft.candidate].choices(without: rung.path)
      if let known = found[rest] {
        ladders[known].rungs.append(draft.candidate)
      } else {
        found[rest] = ladders.count
        ladders.append(Ladder(rungs: [draft.candidate], isBisected: true))
      }
    }
    let shards = Dictionary(uniqueKeysWithValues: drafts.map { ($0.candidate, $0.rung?.shards ?? 0) })
    let floors = Dictionary(uniqueKeysWithValues: drafts.map { ($0.candidate, $0.floor.total) })
    for index in ladders.indices {
      ladders[index].rungs.sort { (shards[$0, default: 0], $0) < (shards[$1, default: 0], $1) }
    }
    let least = { (ladder: Ladder) in floors[ladder.rungs[0], default: .zero] }
    return ladders.sorted { (least($0), $0.rungs[0]) < (least($1), $1.rungs[0]) }
  }
}
