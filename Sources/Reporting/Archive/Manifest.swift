internal import Foundation
internal import Experiment
internal import Models
public import Scenario

/// What a run was made of, beside its run.json: `weir.manifest/v1` in manifest.json.
///
/// It says where the command was given, so it is outside the promise of equal bytes.
public struct Manifest: Sendable, Hashable, Decodable {
  /// Where the command was given.
  struct Place: Sendable, Hashable, Decodable {
    /// As seen from the manifest: right as long as both move together.
    var relative: String
    /// Right as long as neither moves, or the manifest alone does.
    var absolute: String
  }

  static let name = "manifest.json", schema = "weir.manifest/v1"

  let schema: String
  /// weir's version.
  public let version: String
  /// The words of the command line that gives the run again, `weir` first, and the verb among them.
  let arguments: [String], verb: String
  /// The scenario file, as it was named where the command was given.
  public let file: String
  /// The seed of the run, from the command line or the file.
  public let seed: UInt64
  /// How many were simulated.
  let replications: Int
  /// What the run depended on.
  public let fingerprint: String
  /// SHA-256 of the scenario, of what it extends, and of what it reads, by path; in hexadecimal.
  let inputs: [String: String]
  private let settings: [String]
  private let directory: Place

  /// The manifest of a report that `command` gives, of the scenario it names and what was laid over it.
  public init(_ report: Report, of loaded: LoadedScenario, settings: [Setting], command: ShellLine) {
    (schema, version, arguments, verb) = (Self.schema, Version.current, command.words, "run")
    (file, seed) = (command.operands.first ?? "", report.main.experiment.seed)
    (replications, fingerprint) = (report.results.count, report.fingerprint.hex)
    inputs = Self.digests(of: loaded)
    self.settings = settings.map(\.argument)
    directory = Place(relative: ".", absolute: FileManager.default.currentDirectoryPath)
  }

  private static func digests(of loaded: LoadedScenario) -> [String: String] {
    let digests = (loaded.sources + loaded.inputs).map { ($0.path, Fingerprint.digest(of: $0.bytes)) }
    return Dictionary(digests) { first, _ in first }
  }

  /// What was laid over the scenario, in order.
  public var overrides: [Setting] { settings.compactMap { Setting(argument: $0) } }

  /// The files that are not what they were, in the byte order of their paths.
  public func changes(since loaded: LoadedScenario) -> [String] {
    let now = Self.digests(of: loaded)
    return Set(inputs.keys).union(now.keys).filter { inputs[$0] != now[$0] }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  // MARK: The file

  /// Reads a manifest.json; nil when it is none of this version's.
  init?(json: String) {
    guard let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(json.utf8)),
      manifest.schema == Self.schema
    else { return nil }
    self = manifest
  }

  /// The text of the file in a directory that is there, a newline at its end.
  func text(in folder: String) -> String {
    let relative = Self.path(from: URL(filePath: folder), to: URL(filePath: directory.absolute))
    return JSONValue.object([
      "schema": .string(schema), "version": .string(version), "verb": .string(verb), "file": .string(file),
      "arguments": .array(arguments.map { .string($0) }), "settings": .array(settings.map { .string($0) }),
      "seed": .count(seed), "replications": .count(replications), "fingerprint": .string(fingerprint),
      "inputs": .object(inputs.mapValues { .string($0) }),
      "directory": ["relative": .string(relative), "absolute": .string(directory.absolute)],
    ]).text
  }

  /// One directory as seen from another.
  private static func path(from base: URL, to target: URL) -> String {
    let (from, to) = (base.resolvingSymlinksInPath().pathComponents, target.resolvingSymlinksInPath().pathComponents)
    let shared = zip(from, to).prefix { $0 == $1 }.count
    let steps = Array(repeating: "..", count: from.count - shared) + to.dropFirst(shared)
    return steps.isEmpty ? "." : steps.joined(separator: "/")
  }

  /// The directory in which the command was given, for a manifest in `folder`: the first of its two places in which the
  /// scenario file is, or nil.
  func home(from folder: String) -> String? {
    let places = [InputFile.resolve(directory.relative, in: folder), directory.absolute]
    let home = places.first { FileManager.default.fileExists(atPath: InputFile.resolve(file, in: $0)) }
    return home.map { URL(filePath: $0).resolvingSymlinksInPath().path }
  }
}
