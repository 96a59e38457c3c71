import Experiment
import Foundation
import Models
import Scenario
import Testing

/// Texts and files the tests share.
enum Sample {
  /// The smallest scenario with something of everything; line numbers in tests are those of this text.
  static let base = """
    schema: weir/v1
    name: sample
    clock: {duration: 1h, warmup: 1m, report_bin: 60s}
    streams:
      clicks: {mode: provisioned, shards: 4}
    producers:
      web:
        to: clicks
        rate: 100
        record: {size: 900B}
        keys: {dist: uniform, cardinality: 1000}
        retry: {policy: none}
    consumers:
      reader: {from: clicks, type: kcl_polling}
    slo:
      - {id: loss, expr: "records_lost(producer=web).sum == 0 records"}
    """

  /// `base` with one piece of text replaced.
  static func with(_ old: String, _ new: String) -> String {
    precondition(base.contains(old), "the sample does not hold \(old)")
    return base.replacingOccurrences(of: old, with: new)
  }

  /// `base` with lines added at its end.
  static func plus(_ lines: String) -> String { base + "\n" + lines }

  /// All errors of a text, one line each.
  static func errors(_ text: String, settings: [Setting] = []) -> [String] {
    do {
      _ = try ScenarioFile.load(text: text, file: "s.yaml", settings: settings)
      return []
    } catch {
      return error.diagnostics.map(\.description)
    }
  }

  /// The experiment of a text.
  static func experiment(_ text: String, settings: [Setting] = [], seed: UInt64? = nil) throws -> Experiment {
    try ScenarioFile.load(text: text, file: "s.yaml", settings: settings, seed: seed).experiment
  }

  /// The only producer of `base` with some of its keys given anew.
  static func producer(_ old: String, _ new: String) throws -> ProducerSpec {
    try #require(try experiment(with(old, new)).producers.first)
  }

  /// The package's directory.
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
}

/// A directory that is removed at the end of a test.
final class Folder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file and gives its path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let file = url.appendingPathComponent(name)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  /// All errors of a file, with this directory's path taken out.
  func errors(_ name: String) -> [String] {
    do {
      _ = try ScenarioFile.load(path: url.appendingPathComponent(name).path)
      return []
    } catch {
      return error.diagnostics.map { $0.description.replacingOccurrences(of: url.path + "/", with: "") }
    }
  }
}
