/// A command line as a value: words that a shell reads back as they are, whatever they hold.
///
/// Operands come before options, unless one begins with a dash: then they come last, behind `--`. A word with a control
/// character is written as `$'…'`, which bash and zsh know, so that a line stays one line and no terminal obeys it.
public struct ShellLine: Sendable, Hashable, CustomStringConvertible {
  private let command: [String]
  /// What the command is about: files, mostly.
  public let operands: [String]
  private var options: [String] = []

  /// A tool and its verb, and what they are about.
  public init(_ command: String..., of operands: [String] = []) { (self.command, self.operands) = (command, operands) }

  /// The line with an option; without a value it is the line as it was.
  public func with(_ name: String, _ value: String?) -> ShellLine {
    var line = self
    if let value { line.options += value.hasPrefix("-") ? ["\(name)=\(value)"] : [name, value] }
    return line
  }

  /// The line with an option for each value.
  public func with(_ name: String, each values: [String]) -> ShellLine { values.reduce(self) { $0.with(name, $1) } }

  /// The line with an option before all of its values; without values it is the line as it was.
  public func with(_ name: String, all values: [String]) -> ShellLine { values.isEmpty ? self : with([name] + values) }

  /// The line with a flag, where it is set.
  public func with(_ name: String, isSet: Bool) -> ShellLine { isSet ? with([name]) : self }

  /// The line with what is laid over a scenario.
  public func with(_ settings: [Setting]) -> ShellLine {
    settings.map(\.option).reduce(self) { $0.with($1.name, $1.value) }
  }

  private func with(_ words: [String]) -> ShellLine {
    var line = self
    line.options += words
    return line
  }

  /// The words as a process gets them.
  public var words: [String] {
    operands.contains { $0.hasPrefix("-") } ? command + options + ["--"] + operands : command + operands + options
  }

  /// The line, as one pastes it into a shell.
  public var description: String { words.map(Self.quoted).joined(separator: " ") }

  private static func quoted(_ word: String) -> String {
    if !word.isEmpty, word.utf8.allSatisfy(isPlain) { return word }
    guard word.utf8.contains(where: { $0 < 32 || $0 == 127 }) else {
      return "'" + word.replacing("'", with: "'\\''") + "'"
    }
    return "$'" + word.unicodeScalars.map(escaped).joined() + "'"
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: "%+,-./:=@_".utf8.contains(byte)
    }
  }

  /// A scalar inside `$'…'`: always three octal digits, since more digits may follow.
  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "'", "\\": "\\\(scalar)"
    case _ where scalar.value < 32 || scalar.value == 127:
      "\\" + String(String(scalar.value + 0o1000, radix: 8).suffix(3))
    default: String(scalar)
    }
  }
}
