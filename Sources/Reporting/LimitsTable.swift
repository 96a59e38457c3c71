public import KinesisCore

/// `weir limits`: every limit of a profile with its unit, meaning, source and confidence.
public struct LimitsTable: Sendable {
  private let profile: LimitsProfile

  /// The table of a profile.
  public init(_ profile: LimitsProfile) { self.profile = profile }

  /// Columns for a terminal, under a line with the profile's name.
  public var text: String {
    let rows = profile.limits.map { limit in
      (
        limit.key.name, Figures.count(limit.value), Self.unit(of: limit.key), limit.confidence.rawValue,
        "\(limit.meaning) [\(limit.source)]"
      )
    }
    let name = rows.map(\.0.count).max() ?? 0
    let value = rows.map(\.1.count).max() ?? 0
    let unit = rows.map(\.2.count).max() ?? 0
    let lines = rows.map { row in
      Self.padded(row.0, name) + "  " + String(repeating: " ", count: value - row.1.count) + row.1 + " "
        + Self.padded(row.2, unit) + "  " + Self.padded(row.3, 10) + "  " + row.4
    }
    return (["limits profile \(profile.name)"] + lines).joined(separator: "\n") + "\n"
  }

  /// A table for GitHub.
  public var markdown: String {
    var table = MarkdownTable([
      ("Limit", .left), ("Value", .right), ("Unit", .left), ("Meaning", .left), ("Source", .left),
      ("Confidence", .left),
    ])
    for limit in profile.limits {
      table.append([
        Markdown.code(limit.key.name), Figures.count(limit.value), Self.unit(of: limit.key), limit.meaning,
        limit.source, limit.confidence.rawValue,
      ])
    }
    return "Limits profile `\(profile.name)`.\n\n" + table.text
  }

  /// `weir.limits/v1`: the limits in the order of the profile.
  public var json: String {
    let limits = profile.limits.map { limit in
      JSONValue.object([
        "name": .string(limit.key.name), "value": .count(limit.value), "unit": .string(Self.unit(of: limit.key)),
        "meaning": .string(limit.meaning), "source": .string(limit.source),
        "confidence": .string(limit.confidence.rawValue),
      ])
    }
    return JSONValue.object([
      "schema": "weir.limits/v1", "profile": .string(profile.name), "limits": .array(limits),
    ]).text
  }

  /// The unit that ends a limit's name, in full.
  static func unit(of key: Limit.Key) -> String {
    let name = key.name
    let endings = [
      ("_ms", "ms"), ("_tokens", "tokens"), ("_buffers", "buffers"), (".attempts", "attempts"),
      (".bytes_minimum", "B"), ("burst_records", "records"), ("burst_bytes", "B"),
      ("fragments_per_s", "fragments/s"), ("points_per_s", "points/s"), (".connections", "connections"),
      ("account.streams", "streams"), (".tracks", "tracks"), ("metadata_tags", "tags"), (".kpus", "KPUs"),
      ("memory_bytes", "B"), ("deliveries_per_stream", "deliveries"),
      ("records_per_s", "records/s"), ("bytes_per_s", "B/s"), ("bytes_per_call", "B"),
      ("records_per_call", "records"), ("streams_per_s", "calls/s"), ("_per_s", "calls/s"), ("_per_24h", "calls"),
      ("_s", "s"), ("_h", "h"), ("_permille", "‰"), ("_characters", "characters"), (".bytes_default", "B"),
      (".bytes_maximum", "B"), (".shards_maximum", "shards"), ("shards_large_regions", "shards"),
      ("shards_other_regions", "shards"), (".creating_at_once", "streams"), (".consumers_creating", "consumers"),
      ("consumers_per_stream", "consumers"), ("consumers_per_stream_advantage", "consumers"),
      ("_mib", "MiB"), ("_kib", "KiB"), ("_bytes", "B"), ("partition.active", "partitions"),
      ("records_per_request", "records"), ("outstanding", "at once"), (".retries", "times"),
      (".parallel_channels", "0 or 1"), (".timer_start", "0 or 1"),
      (".shards_at_birth", "shards"), (".on_demand_streams", "streams"), (".peak_factor", "×"),
      ("held_records", "records"), ("account_concurrency", "functions"), ("parallelism_maximum", "subtasks"),
      ("kpus_maximum", "KPUs"), ("orchestration_kpus", "KPUs"),
    ]
    return endings.first { name.hasSuffix($0.0) }?.1 ?? ""
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
