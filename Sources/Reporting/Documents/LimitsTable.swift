public import KinesisCore

/// `weir limits`: every limit of a profile with its unit, meaning, source and confidence.
public struct LimitsTable: Exhibit {
  private let profile: LimitsProfile

  /// The table of a profile.
  public init(_ profile: LimitsProfile) { self.profile = profile }

  /// Columns under a line with the profile's name.
  public var document: Document {
    let rows: [[Prose]] = profile.limits.map { limit in
      [
        Prose(limit.name), .count(limit.value), Prose(limit.unit), Prose(limit.confidence.rawValue),
        Prose("\(limit.meaning) [\(limit.source)]"),
      ]
    }
    let columns = Table(["", .number(""), .unit(""), "", ""], rows)
    return Document(blocks: [
      .terminal(["limits profile \(profile.name)"] + columns.lines(under: nil)),
      .page([.paragraph("Limits profile `\(profile.name)`."), .table(Self.table(profile.limits))]),
    ])
  }

  /// Limits as pages have them.
  static func table(_ limits: [Limit]) -> Table {
    let columns: [Table.Column] = ["Limit", .number("Value"), "Unit", "Meaning", "Source", "Confidence"]
    return Table(
      columns,
      limits.map { limit in
        [
          .code(limit.name), .count(limit.value), Prose(limit.unit), Prose(limit.meaning),
          Prose(limit.source), Prose(limit.confidence.rawValue),
        ]
      })
  }

  /// `weir.limits/v1`: the limits in the order of the profile.
  public var value: JSONValue {
    let limits = profile.limits.map { limit -> JSONValue in
      JSONValue([
        "name": limit.name, "value": limit.value, "unit": limit.unit, "meaning": limit.meaning,
        "source": limit.source, "confidence": limit.confidence.rawValue,
      ])
    }
    return JSONValue(["schema": "weir.limits/v1", "profile": profile.name, "limits": limits])
  }
}
