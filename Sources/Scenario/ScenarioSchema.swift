/// The contract of the scenario file.
public enum ScenarioSchema {
  /// JSON Schema (2020-12) of `weir/v1`, as a text.
  public static var json: String { String(decoding: PackageResources.scenario_schema_json, as: UTF8.self) }
}

/// A commented scenario to start from.
public enum Template: String, CaseIterable, Sendable {
  /// A web shop's clicks around the evening peak.
  case clickstream
  /// Meters that all report on the minute.
  case iot
  /// A day's wave of large documents.
  case seasonal

  /// The scenario, as a text that validates and runs.
  public var text: String {
    let bytes =
      switch self {
      case .clickstream: PackageResources.template_clickstream_yaml
      case .iot: PackageResources.template_iot_yaml
      case .seasonal: PackageResources.template_seasonal_yaml
      }
    return String(decoding: bytes, as: UTF8.self)
  }
}
