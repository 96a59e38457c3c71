/// The unit of a figure of run.json, read off its dotted path.
enum MetricUnit {
  /// `ms`, `s`, `B`, `1` (a share, 1 being the whole), `records`, or empty for a plain count.
  static func of(path: String) -> String {
    let parts = path.split(separator: ".").reversed()
    return parts.lazy.compactMap(unit).first ?? ""
  }

  private static func unit(_ part: Substring) -> String? {
    if part.hasSuffix("_ms") { return "ms" }
    if part.hasSuffix("_s") || part == "seconds" || part.hasPrefix("seconds_") || part.hasPrefix("shard_seconds") {
      return "s"
    }
    if part.hasSuffix("_bytes") { return "B" }
    if part.hasSuffix("usd") { return "USD" }
    if part.hasSuffix("rate") || part.hasSuffix("utilization") || part == "worst_demand" || part == "level" {
      return "1"
    }
    return ["count", "n", "windows"].contains(part) ? "" : nil
  }

  /// A figure as people read it, with its unit.
  static func text(_ value: Double, path: String) -> String {
    switch of(path: path) {
    case "1": Figures.percent(value)
    case "ms": Figures.number(value) + " ms"
    case "s": Figures.number(value) + " s"
    default: Figures.number(value)
    }
  }
}
