internal import Scenario
internal import Units

extension PlanSearch {
  /// Why not, for every candidate that was not chosen, in the order of the search. `refused` has those that the scenario
  /// refuses.
  func excuses(_ refused: [Int: Excuse]) -> [Excuse] {
    let chosen = self.chosen
    return space.candidates.indices.filter { !chosen.contains($0) }.map { index in
      refused[index] ?? drafts[index]?.screened ?? own(index, chosen) ?? inferred(index, chosen) ?? unknown(index)
    }
  }

  /// From its own simulations.
  private func own(_ index: Int, _ chosen: [Int]) -> Excuse? {
    guard let assessment = assessments[index] else { return nil }
    let candidate = space.candidates[index]
    if let excuse = assessment.excuse(candidate) { return excuse }
    guard isPriced(assessment) else {
      let reasons = assessment.evidence[0].unpriced
      return Excuse(
        candidate.choices, .price, subject: "the price book", needs: nil, has: nil, unit: "", basis: .simulation,
        remark: reasons.joined(separator: "; "))
    }
    return dearer(index, assessment.monthlyCost, .simulation, "it holds", chosen)
  }

  /// From a design of its ladder: one with more shards that broke, or one with fewer that held.
  private func inferred(_ index: Int, _ chosen: [Int]) -> Excuse? {
    guard let (rungs, place) = rungs(of: index), let floor = drafts[index]?.floor.total.inDollars else { return nil }
    if let above = rungs[(place + 1)...].first(where: { assessments[$0].map { !$0.hasEnough } ?? false }) {
      return transferred(from: above, to: index)
    }
    guard let below = rungs[..<place].last(where: { assessments[$0]?.hasEnough ?? false }),
      let known = assessments[below], let lower = drafts[below]?.floor.total.inDollars
    else { return tooDear(index) }
    guard known.isFeasible else { return transferred(from: below, to: index) }
    let cost = known.monthlyCost.map { $0 + floor - lower }
    return dearer(
      index, cost, .inference(shards: drafts[below]?.rung?.shards ?? 0), "its shards by the hour added", chosen)
  }

  private func transferred(from other: Int, to index: Int) -> Excuse? {
    guard var excuse = assessments[other]?.excuse(space.candidates[other]) else { return nil }
    excuse.choices = space.candidates[index].choices
    excuse.basis = .inference(shards: drafts[other]?.rung?.shards ?? 0)
    return excuse
  }

  private func dearer(
    _ index: Int, _ cost: Double?, _ basis: Excuse.Basis, _ remark: String, _ chosen: [Int]
  ) -> Excuse {
    let best = chosen.first.flatMap { assessments[$0] }
    let shards = Double(drafts[index]?.shards ?? 0)
    guard goal == .minShards else {
      return Excuse(
        space.candidates[index].choices, .dearer, subject: "the best design", needs: cost, has: best?.monthlyCost,
        unit: "USD/month", basis: basis, remark: remark)
    }
    return Excuse(
      space.candidates[index].choices, .dearer, subject: "the best design", needs: shards,
      has: best.map { Double($0.evidence.map(\.shards).max() ?? 0) }, unit: "shards", basis: basis, remark: remark)
  }

  /// Beyond what was looked at.
  private func tooDear(_ index: Int) -> Excuse? {
    guard let limit = costLimit, let floor = drafts[index]?.floor.total.inDollars, floor > limit else { return nil }
    return Excuse(
      space.candidates[index].choices, .dearer, subject: "twice the best design", needs: floor, has: limit,
      unit: "USD/month", basis: .arithmetic, remark: "hours of shards and streams alone")
  }

  private func unknown(_ index: Int) -> Excuse {
    if let excuse = tooDear(index) { return excuse }
    let reason = bench.wasInterrupted ? "the search was interrupted" : "the simulations allowed were used up"
    return Excuse(
      space.candidates[index].choices, .notSimulated, subject: "the search", needs: nil, has: nil, unit: "",
      basis: .arithmetic, remark: reason)
  }
}
