internal import CJq
internal import Synchronization

/// A jq program that finds the keys of a record's dynamic partition, done by libjq: MetadataExtractionQuery.
///
/// It is done while a call is, and done again when a log or a journal is: so its answer has to follow from the record, and it has to end.
/// Programs that ask for the time, the environment or another input, or that can run without end, are refused by the names they use.
final class KeyQuery: Sendable {
  /// AWS's only JsonParsingEngine.
  static let engine = "JQ-1.6"

  /// What it says of a record: AWS's partition keys by name, or why there are none.
  typealias Keys = [String: String]

  /// The program as it was given.
  let text: String
  /// One record at a time; nothing else refers to it.
  private let program: Mutex<Program>

  private static let refused: Set<String> = [
    "now", "localtime", "strflocaltime", "mktime_local", "env", "$ENV", "input", "inputs", "debug", "stderr", "halt",
    "halt_error",
    "input_filename", "input_line_number", "$__prog_args", "get_search_list", "import", "include", "modulemeta",
    "def", "range", "while", "until", "repeat", "recurse", "limit", "combinations", "label", "infinite",
  ]

  /// More keys than AWS takes.
  private static let mostKeys = 50

  /// A program, or why it is refused.
  init(_ text: String) throws(ServiceError) {
    if let name = Self.names(in: text).first(where: Self.refused.contains) {
      throw .invalidArgument(
        "MetadataExtractionQuery uses \(name): weir takes programs that end and whose answer follows from the record.")
    }
    guard !text.isEmpty, let program = Program(text) else {
      throw .invalidArgument("MetadataExtractionQuery is no \(Self.engine) program: \(text)")
    }
    self.text = text
    self.program = Mutex(program)
  }

  /// The names that a program uses, those in texts too: a text may hold a program in parentheses.
  private static func names(in text: String) -> [String] {
    text.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "$" && $0 != "." }.compactMap { word in
      // `.input` is a member of the record, and no name.
      word.contains(".") ? nil : String(word)
    }
  }

  /// The keys of a record: all of them texts, numbers or truths, none empty.
  func keys(of record: ArraySlice<UInt8>) throws(DeliveryFailure) -> Keys {
    let found: [(name: String, value: String?)]
    switch program.withLock({ $0.run(record) }) {
    case .failed(let reason): throw DeliveryFailure(reason)
    case .object(let members): found = members
    }
    guard found.count <= Self.mostKeys else { throw DeliveryFailure("more than \(Self.mostKeys) partition keys") }
    var keys: Keys = [:]
    for (name, value) in found {
      guard let value, !value.isEmpty else {
        throw DeliveryFailure("partitionKeys values must not be null or empty: \(name)")
      }
      keys[name] = value
    }
    return keys
  }

  /// libjq's state, which is let go with it.
  @safe private struct Program: ~Copyable, @unchecked Sendable {
    enum Outcome: Sendable {
      case object([(name: String, value: String?)])
      case failed(String)
    }

    private let state: OpaquePointer

    init?(_ text: String) {
      guard let state = unsafe jq_init() else { return nil }
      // What it has to say of a program goes nowhere; by itself it would go to stderr.
      unsafe jq_set_error_cb(state, { _, message in unsafe jv_free(message) }, nil)
      guard unsafe jq_compile(state, text) != 0 else {
        var gone: OpaquePointer? = unsafe state
        unsafe jq_teardown(&gone)
        return nil
      }
      unsafe self.state = state
    }

    deinit {
      var gone: OpaquePointer? = unsafe state
      unsafe jq_teardown(&gone)
    }

    func run(_ record: ArraySlice<UInt8>) -> Outcome {
      let input = unsafe record.withUnsafeBytes { bytes in
        unsafe jv_parse_sized(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: bytes.count))
      }
      guard unsafe jv_get_kind(input) != JV_KIND_INVALID else {
        return unsafe .failed("no JSON: " + Self.message(input))
      }
      unsafe jq_start(state, input, 0)
      let answer = unsafe jq_next(state)
      defer { unsafe jv_free(answer) }
      switch unsafe jv_get_kind(answer) {
      case JV_KIND_OBJECT: return unsafe .object(Self.members(of: answer))
      case JV_KIND_INVALID: return unsafe .failed("the query has no answer: " + Self.message(jv_copy(answer)))
      default: return .failed("the query's answer is no object")
      }
    }

    /// What an invalid value says; it is let go.
    @unsafe private static func message(_ invalid: jv) -> String {
      let message = unsafe jv_invalid_get_msg(invalid)
      defer { unsafe jv_free(message) }
      return unsafe jv_get_kind(message) == JV_KIND_STRING ? unsafe String(cString: jv_string_value(message)) : ""
    }

    /// An object's members as texts, ordered by name; nil for one that is no text, number or truth.
    @unsafe private static func members(of object: jv) -> [(name: String, value: String?)] {
      var members: [(name: String, value: String?)] = []
      var place = unsafe jv_object_iter(object)
      while unsafe jv_object_iter_valid(object, place) != 0 {
        let name = unsafe jv_object_iter_key(object, place), value = unsafe jv_object_iter_value(object, place)
        unsafe members.append((String(cString: jv_string_value(name)), text(value)))
        unsafe jv_free(name)
        place = unsafe jv_object_iter_next(object, place)
      }
      return members.sorted { $0.name < $1.name }
    }

    /// A value as text; it is let go.
    @unsafe private static func text(_ value: jv) -> String? {
      switch unsafe jv_get_kind(value) {
      case JV_KIND_STRING:
        defer { unsafe jv_free(value) }
        return unsafe String(cString: jv_string_value(value))
      case JV_KIND_NUMBER, JV_KIND_TRUE, JV_KIND_FALSE:
        let dumped = unsafe jv_dump_string(value, 0)
        defer { unsafe jv_free(dumped) }
        return unsafe String(cString: jv_string_value(dumped))
      default:
        unsafe jv_free(value)
        return nil
      }
    }
  }
}
