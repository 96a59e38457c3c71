/// One thing that is wrong or doubtful in a scenario: where, what was expected, what was found, and how to mend it.
public struct Diagnostic: Error, Hashable, Sendable {
  /// How much it matters.
  public enum Severity: String, Hashable, Sendable {
    /// The scenario cannot run.
    case error
    /// It can, though perhaps not as its author thinks.
    case warning
  }

  /// Where it is.
  public var place: Place
  /// The key concerned, such as `producers.web.rate`; empty for the file as a whole.
  public var path: String
  /// What was expected or is wrong, such as `expected records per second, such as 9000`.
  public var message: String
  /// What stands there instead, quoted when it is text, such as `"9k"`.
  public var found: String?
  /// What to do about it, such as `did you mean "linger"?`.
  public var remedy: String?
  /// How much it matters.
  public var severity: Severity
  /// Which limit of the service it is about, where others want to know.
  public var cause: Cause?

  /// A limit of the service that a scenario passes.
  public enum Cause: Hashable, Sendable {
    /// More fan-out consumers and queues than a stream may have.
    case registeredConsumers(stream: String, asked: Int, allowed: Int)
  }

  /// A diagnostic of the given parts.
  public init(
    place: Place, path: String, message: String, found: String? = nil, remedy: String? = nil,
    severity: Severity = .error, cause: Cause? = nil
  ) {
    self.place = place
    self.path = path
    self.message = message
    self.found = found
    self.remedy = remedy
    self.severity = severity
    self.cause = cause
  }
}

extension Diagnostic: CustomStringConvertible {
  /// One line: `clicks.yaml:12:9 producers.web.rate: expected records per second, such as 9000, found "9k"`.
  public var description: String {
    // An option of one value says which by itself.
    let isSaid = path.isEmpty || place == Setting.prices || place == Setting.region
    let subject = isSaid ? "\(place): " : "\(place) \(path): "
    return subject + (severity == .warning ? "warning: " : "") + sentence
  }

  /// What is wrong and how to mend it, without the place.
  public var sentence: String {
    message + (found.map { ", found \($0)" } ?? "") + (remedy.map { "; \($0)" } ?? "")
  }
}

/// A position in a file that a person can go to.
public struct Place: Hashable, Sendable, CustomStringConvertible {
  /// The file as its user named it, or `--set`.
  public var file: String
  /// The line, from 1; 0 when the file as a whole is meant.
  public var line: Int
  /// The column in Unicode scalars, from 1; 0 when the file as a whole is meant.
  public var column: Int

  /// A position; `line` and `column` 0 mean the file as a whole.
  public init(file: String, line: Int = 0, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// `file:line:column`, or the file alone.
  public var description: String { line == 0 ? file : "\(file):\(line):\(column)" }

  /// How another diagnostic refers to this place: by line in the same file, in full elsewhere.
  func seen(from other: Place) -> String { file == other.file && line > 0 ? "line \(line)" : "\(self)" }
}

/// Gathers what is wrong, so that all of it is told at once.
final class Sink {
  /// The most diagnostics that are kept; the rest is counted.
  static let maximum = 200

  private var kept: [Diagnostic] = []
  private var omitted = 0
  private var absences = 0
  private(set) var warnings: [Diagnostic] = []

  /// Whether nothing but warnings was reported.
  var isClean: Bool { kept.isEmpty }

  /// The nearest name, while diagnostics are still kept; looking for one takes time.
  func nearest(_ text: String, among names: [String]) -> String? {
    kept.count < Self.maximum ? Nearest.remedy(text, among: names) : nil
  }

  /// Whether every error is an input that is not there.
  var isOnlyMissingInputs: Bool { !kept.isEmpty && absences == kept.count + omitted }

  func report(_ diagnostic: Diagnostic) {
    switch diagnostic.severity {
    case .warning: if warnings.count < Self.maximum, !warnings.contains(diagnostic) { warnings.append(diagnostic) }
    case .error: if kept.count < Self.maximum { kept.append(diagnostic) } else { omitted += 1 }
    }
  }

  /// Reports an input that cannot be read, which has an exit code of its own.
  func report(_ flaw: InputFile.Flaw, _ diagnostic: Diagnostic) {
    if case .missing = flaw { absences += 1 }
    report(diagnostic)
  }

  /// All errors: those of `main` first, by line; then other files by name.
  func errors(main: String) -> [Diagnostic] {
    let rank = { (d: Diagnostic) in (d.place.file == main ? 0 : 1, d.place.file, d.place.line, d.place.column) }
    let ordered = kept.enumerated().sorted { a, b in
      rank(a.element) == rank(b.element) ? a.offset < b.offset : rank(a.element) < rank(b.element)
    }
    let tail = Diagnostic(place: Place(file: main), path: "", message: "and \(omitted) more errors")
    return ordered.map(\.element) + (omitted > 0 ? [tail] : [])
  }

  /// Everything that was reported, as the reason why a scenario cannot run.
  func failure(main: String) -> ScenarioFailure {
    isOnlyMissingInputs ? .missing(errors(main: main)) : .invalid(errors(main: main))
  }
}
