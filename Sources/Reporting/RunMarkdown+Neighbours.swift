internal import KinesisCore
internal import Models
internal import Units

// Services beside Data Streams: what they need of their limits. Closed forms; nothing of them was simulated.
extension RunMarkdown {
  var neighbours: String? {
    let (neighbours, limits) = (run.experiment.neighbours, run.experiment.limits)
    guard !neighbours.isEmpty else { return nil }
    let videos = neighbours.videoStreams.map { spec in
      let cameras = spec.cameras > 1 ? "; each of \(Figures.count(spec.cameras, of: "camera"))" : ""
      return neighbour(spec.name, "Kinesis Video Streams\(cameras)", spec.capacity(limits))
    }
    let applications = neighbours.sqlApplications.map {
      neighbour($0.name, "Kinesis Data Analytics for SQL, historic", $0.capacity(limits))
    }
    return "## Neighbours\n\n"
      + "Services beside Data Streams, held against their own limits. These are closed forms, not simulations, and no "
      + "prices are known here.\n\n" + (videos + applications).joined(separator: "\n")
  }

  private func neighbour(_ name: String, _ service: String, _ capacity: NeighbourCapacity) -> String {
    let broken = capacity.checks.filter { !$0.holds }
    let verdict =
      broken.isEmpty
      ? "It fits its limits."
      : "**It does not fit**: " + broken.map { Markdown.code($0.limit.name) }.joined(separator: ", ") + "."
    return "### \(Markdown.code(name)): \(service)\n\n\(verdict)\n\n" + checks(of: capacity) + "\n"
      + amounts(of: capacity)
  }

  private func checks(of capacity: NeighbourCapacity) -> String {
    var table = MarkdownTable([
      ("Limit", .left), ("Needs", .right), ("Has", .right), ("Unit", .left), ("Verdict", .left), ("Source", .left),
    ])
    let profile = run.experiment.limits.limits
    for check in capacity.checks {
      let word = check.bound == .atLeast ? "at least" : ""
      table.append([
        Markdown.code(check.limit.name), Figures.number(check.needs.value),
        [word, Figures.count(check.has)].filter { !$0.isEmpty }.joined(separator: " "),
        LimitsTable.unit(of: check.limit), check.holds ? "holds" : "**too little**",
        profile.first { $0.key == check.limit }?.source ?? Figures.nothing,
      ])
    }
    return table.text
  }

  private func amounts(of capacity: NeighbourCapacity) -> String {
    capacity.figures.map { figure in
      let value =
        figure.name.hasSuffix("_bytes")
        ? Figures.size(Bytes(Int64(min(figure.value, 9e18)))) : "\(Figures.number(figure.value)) s"
      return "- \(figure.meaning): \(value)\n"
    }.joined()
  }
}
