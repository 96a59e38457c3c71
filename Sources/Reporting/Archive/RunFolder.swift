internal import Foundation
internal import Scenario

/// A directory that `weir run --out` wrote: the one place where it is read again.
public struct RunFolder: Sendable {
  /// A directory that is not what `weir run --out` writes.
  public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Whether a file is not there, or is there and cannot be used.
    public enum Kind: Sendable, Hashable {
      case missing, unreadable
    }
    /// The file looked for.
    public let path: String
    /// What was wrong.
    public let kind: Kind
    /// Both, with a remedy.
    public let description: String

    init(_ path: String, _ kind: Kind, _ found: String, remedy: String) {
      (self.path, self.kind, description) = (path, kind, "\(path): \(found); \(remedy)")
    }
  }

  /// The directory, as its user named it.
  public let path: String
  let json: String
  let facts: RunFacts

  /// Reads run.json. Throws where there is none, or another document.
  public init(path: String) throws(Failure) {
    let file = OutputFile.path(of: "run.json", in: path)
    let remedy = "expected a scenario file, or a directory that `weir run FILE --out DIR` wrote"
    guard FileManager.default.fileExists(atPath: file) else {
      throw Failure(file, .missing, "no such file", remedy: remedy)
    }
    guard let json = Self.text(file), let facts = RunFacts(json: json) else {
      throw Failure(file, .unreadable, "not a run.json of weir.run/v1", remedy: remedy)
    }
    (self.path, self.json, self.facts) = (path, json, facts)
  }

  /// Whether that is a directory, rather than a scenario file.
  public static func isDirectory(_ path: String) -> Bool {
    let place = URL(filePath: path).resolvingSymlinksInPath()
    return (try? place.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
  }

  /// A file of the directory; nil where there is none that is text.
  func text(_ name: String) -> String? { Self.text(OutputFile.path(of: name, in: path)) }

  private static func text(_ file: String) -> String? {
    (try? InputFile.read(file, limit: InputFile.traceLimit)).flatMap { String(validating: $0, as: UTF8.self) }
  }

  // MARK: How it was made

  /// What the run was made of. Throws where no manifest is there, or that of another run: directories of older versions have
  /// none, nor has one that was not written to its end.
  public func manifest() throws(Failure) -> Manifest {
    let file = OutputFile.path(of: Manifest.name, in: path)
    let remedy = "write it anew with `weir run FILE --out DIR`, or name the scenario file instead"
    guard FileManager.default.fileExists(atPath: file) else {
      throw Failure(file, .missing, "no such file", remedy: remedy)
    }
    guard let manifest = text(Manifest.name).flatMap(Manifest.init(json:)) else {
      throw Failure(file, .unreadable, "not a manifest of \(Manifest.schema)", remedy: remedy)
    }
    guard manifest.fingerprint == facts.fingerprint else {
      throw Failure(file, .unreadable, "of another run than run.json", remedy: remedy)
    }
    return manifest
  }

  /// The directory in which the command of the manifest was given, from which its paths lead on. Throws where the scenario
  /// is not there any more.
  public func home(of manifest: Manifest) throws(Failure) -> String {
    guard let home = manifest.home(from: path) else {
      throw Failure(
        manifest.file, .missing, "not where it was when \(path) was written",
        remedy: "put it back, or name the scenario file where it is now")
    }
    return home
  }

  /// The scenario file as one names it in the current directory; nil where that is not known.
  var scenario: String? {
    guard let manifest = try? manifest(), let home = try? home(of: manifest) else { return nil }
    return home == FileManager.default.currentDirectoryPath
      ? manifest.file : InputFile.resolve(manifest.file, in: home)
  }
}
