internal import Scenario
internal import Simulation

extension PlanSearch {
  /// Why not, for every candidate that was not chosen, in the order of the search. `refused` has those that the scenario
  /// refuses.
  func excuses(_ refused: [Int: Excuse]) -> [Excuse] {
    let chosen = self.chosen
    return space.candidates.indices.filter { !chosen.contains($0) }.map { index in
      refused[index] ?? drafts[index]?.screened ?? own(index, chosen) ?? inferred(index) ?? unseen(index, chosen)
    }
  }

  /// From its own simulations.
  private func own(_ index: Int, _ chosen: [Int]) -> Excuse? {
    guard let assessment = assessments[index] else { return nil }
    let candidate = space.candidates[index]
    if assessment.outcome == .open, assessment.held == assessment.replications, !chosen.isEmpty {
      let count = "simulated \(assessment.replications) times: it may hold"
      return dearer(index, assessment.monthlyCost, Double(simulatedCount(index) ?? 0), .simulated, count, chosen)
    }
    if let excuse = assessment.excuse(candidate) { return excuse }
    guard isPriced(assessment) else {
      return Excuse(
        candidate.choices, .price, subject: "the price book", needs: nil, has: nil, unit: "", basis: .simulated,
        remark: assessment.unpriced.joined(separator: "; "))
    }
    return dearer(index, assessment.monthlyCost, Double(simulatedCount(index) ?? 0), .simulated, "it holds", chosen)
  }

  /// From a design with more shards that refused writes broke: which one, and no figure, for it was not simulated itself.
  private func inferred(_ index: Int) -> Excuse? {
    guard let above = broken(above: index), let excuse = assessments[above]?.excuse(space.candidates[above]) else {
      return nil
    }
    let shards = drafts[above]?.shards ?? 0
    return Excuse(
      space.candidates[index].choices, excuse.limit, subject: excuse.subject, needs: nil, has: nil, unit: excuse.unit,
      basis: .inferred(shards: shards),
      remark: "not simulated itself: \(shards) shards throttle too many writes, and fewer shards throttle no fewer")
  }

  private func dearer(
    _ index: Int, _ cost: Double?, _ count: Double, _ basis: Excuse.Basis, _ remark: String, _ chosen: [Int]
  ) -> Excuse {
    let least = chosen.first.flatMap(simulatedCount).map(Double.init), price = chosen.first.flatMap { assessments[$0] }
    let isCost = goal.counted == nil
    return Excuse(
      space.candidates[index].choices, .dearer, subject: "the best design", needs: isCost ? cost : count,
      has: isCost ? price?.monthlyCost : least, unit: goal.counted ?? "USD/month", basis: basis, remark: remark)
  }

  /// What was not looked at: because it costs more, or because there was no room for it.
  private func unseen(_ index: Int, _ chosen: [Int]) -> Excuse {
    let best = chosen.first, own = count(index)
    let isDearer =
      goal.counted != nil
      ? best.flatMap(simulatedCount).map { own > $0 }
      : best.flatMap { assessments[$0]?.monthlyCost }.map { leastCost(of: index) > $0 }
    if isDearer ?? false {
      return dearer(
        index, leastCost(of: index), Double(own), .arithmetic, "at least, by arithmetic; it was not simulated", chosen)
    }
    return notSimulated(index)
  }

  /// There was no room for a candidate, or no time.
  func notSimulated(_ index: Int) -> Excuse {
    Excuse(
      space.candidates[index].choices, .notSimulated, subject: "the search", needs: nil, has: nil, unit: "",
      basis: .arithmetic,
      remark: bench.wasInterrupted ? "the search was interrupted" : "the simulations allowed were used up")
  }
}
