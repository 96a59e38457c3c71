internal import Foundation
public import Models
public import Planning

/// What a sweep has done so far, a line for each combination, so that it can go on where it was stopped.
///
/// A line is a checksum, a key and the combination's samples, with spaces between. The key is a hash of all that the samples
/// depend on: the fingerprint of the scenario with the settings, the figures and how many replications. The checksum is the
/// beginning of the SHA-256 of the rest of the line; a line of which it is not right, because a process or a disk ended
/// within it, is as good as none.
public struct SweepJournal: Sendable {
  /// A journal that is there and cannot be read.
  public struct ReadError: Error, Sendable, CustomStringConvertible {
    let path: String, reason: String
    /// Both, in a sentence.
    public var description: String { "cannot read \(path): \(reason)" }
  }

  /// What was read of a journal.
  public struct Contents: Sendable {
    /// Samples by key.
    public var samples: [String: [FigureSample]] = [:]
    /// The lines that are damaged, from 1.
    public var damaged: [Int] = []
    /// Whether the last line lacks its end.
    var isCutOff = false

    /// Nothing.
    public init() {}
  }

  /// Its name in the output directory.
  public static let name = "sweep.journal"
  /// The largest that is read: some ten times what the largest sweep of ten figures writes.
  static let maximumBytes = 1 << 30

  private let path: String

  /// The journal of an output directory.
  public init(directory: String) { path = OutputFile.path(of: Self.name, in: directory) }

  /// The key of a combination of which the scenario, settings laid over it, has that fingerprint.
  public static func key(of fingerprint: Fingerprint, figures: [Figure], replications: Int) -> String {
    let parts = ["weir.sweep.journal/v1", fingerprint.hex, String(replications)] + figures.map(\.path)
    return Fingerprint.digest(of: Array(parts.joined(separator: "\n").utf8))
  }

  /// What is there; nothing when there is no journal. Throws when there is one that cannot be read or is too large.
  public func read() throws(ReadError) -> Contents {
    guard FileManager.default.fileExists(atPath: path) else { return Contents() }
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
    } catch { throw ReadError(path: path, reason: OutputFile.reason(error)) }
    guard bytes.count <= Self.maximumBytes else { throw ReadError(path: path, reason: "it is no journal: too large") }
    return Self.contents(of: String(decoding: bytes, as: UTF8.self))
  }

  static func contents(of text: String) -> Contents {
    var contents = Contents()
    contents.isCutOff = !text.isEmpty && !text.hasSuffix("\n")
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() where !line.isEmpty {
      if let (key, samples) = entry(line) {
        contents.samples[key] = samples
      } else {
        contents.damaged.append(number + 1)
      }
    }
    return contents
  }

  /// Adds a combination at the end and sees to it that it is on the disk; `contents` are what was read at first.
  public func append(_ key: String, _ samples: [FigureSample], after contents: Contents) throws(OutputFile.WriteError) {
    do {
      if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(filePath: path)) }
      let handle = try FileHandle(forUpdating: URL(filePath: path))
      defer { try? handle.close() }
      try handle.seekToEnd()
      // An empty line is nothing, so that one too many does no harm.
      let text = (contents.isCutOff ? "\n" : "") + Self.line(key, samples)
      try handle.write(contentsOf: Data(text.utf8))
      try handle.synchronize()
    } catch { throw OutputFile.WriteError(path: path, reason: OutputFile.reason(error)) }
  }

  /// Replaces everything by these combinations, in order: what a sweep leaves that was never interrupted.
  public func write(_ entries: [(key: String, samples: [FigureSample])]) throws(OutputFile.WriteError) {
    try OutputFile.write(entries.map { Self.line($0.key, $0.samples) }.joined(), to: path)
  }

  // MARK: Lines

  static func line(_ key: String, _ samples: [FigureSample]) -> String {
    let body = key + " " + samples.map(text).joined(separator: ";")
    return "\(checksum(body)) \(body)\n"
  }

  private static func checksum(_ body: String) -> String { String(Fingerprint.digest(of: Array(body.utf8)).prefix(16)) }

  private static func text(_ sample: FigureSample) -> String {
    let values = sample.values.map { $0.map(\.description) ?? "-" }
    let hash = JSONValue.hexadecimal(sample.trajectoryHash, digits: 16)
    return ([String(sample.replication), sample.isPassing ? "passed" : "broken", hash] + values).joined(separator: ",")
  }

  private static func entry(_ line: Substring) -> (String, [FigureSample])? {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, checksum("\(parts[1]) \(parts[2])") == parts[0] else { return nil }
    let samples = parts[2].split(separator: ";").map(sample)
    return samples.contains { $0 == nil } ? nil : (String(parts[1]), samples.compactMap(\.self))
  }

  private static func sample(_ text: Substring) -> FigureSample? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count >= 3, let replication = Int(parts[0]), let hash = UInt64(parts[2], radix: 16) else { return nil }
    let values = parts.dropFirst(3).map { $0 == "-" ? nil : Double($0) }
    return FigureSample(
      replication: replication, isComplete: true, isPassing: parts[1] == "passed", trajectoryHash: hash, values: values)
  }
}
