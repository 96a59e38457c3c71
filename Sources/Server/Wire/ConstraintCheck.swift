internal import Units

/// Holds a request, its types given, against the constraints of its shape: what is required, lengths, ranges, patterns, sets of
/// values. All that fails is told in one message, as AWS does, ten at most.
///
/// The texts and their order are those that kinesalite recorded from production (observed).
struct ConstraintCheck {
  let model: ServiceModel
  private var failures: [String] = []

  static let most = 10

  init(_ model: ServiceModel) { self.model = model }

  /// Nothing, or AWS's ValidationException.
  static func check(_ value: WireValue, as shape: String, in model: ServiceModel) throws(ServiceError) {
    var check = ConstraintCheck(model)
    check.structure(value, model.shape(shape), at: "")
    let count = check.failures.count
    guard count > 0 else { return }
    throw .validation(
      "\(count) validation error\(count > 1 ? "s" : "") detected: " + check.failures.joined(separator: "; "))
  }

  private mutating func fail(_ value: String?, at path: String, _ constraint: String) {
    guard failures.count < Self.most else { return }
    let shown = value.map { "'\($0)'" } ?? "null"
    failures.append("Value \(shown) at '\(path)' failed to satisfy constraint: \(constraint)")
  }

  private mutating func structure(_ value: WireValue, _ shape: Shape, at path: String) {
    for member in shape.members {
      let place = path.isEmpty ? member.name.lowercasedFirst : "\(path).\(member.name.lowercasedFirst)"
      if let inner = value[member.name] {
        check(inner, model.shape(member.shape), at: place)
      } else if shape.required.contains(member.name) {
        fail(nil, at: place, "Member must not be null")
      }
    }
  }

  private mutating func check(_ value: WireValue, _ shape: Shape, at path: String) {
    for constraint in shape.broken(by: value) { fail(value.shown, at: path, constraint) }
    switch (value, shape.element) {
    case (.object, nil): structure(value, shape, at: path)
    case (.list(let elements), let element?): list(value, elements, model.shape(element), at: path)
    case (.object(let members), let element?): map(value, members, shape, model.shape(element), at: path)
    default: return
    }
  }

  private mutating func list(_ list: WireValue, _ elements: [WireValue], _ shape: Shape, at path: String) {
    let isOfStructures = shape.kind == .structure
    for (index, element) in elements.enumerated() {
      guard failures.count < Self.most else { return }
      if element == .null {
        fail(nil, at: "\(path).\(index + 1).member", "Member must not be null")
      } else if isOfStructures {
        check(element, shape, at: "\(path).\(index + 1).member")
      } else if !shape.broken(by: element).isEmpty {
        return fail(list.shown, at: path, "Member must satisfy constraint: [\(shape.terms)]")
      }
    }
  }

  private mutating func map(
    _ map: WireValue, _ members: [WireMember], _ shape: Shape, _ element: Shape, at path: String
  ) {
    if let key = shape.key.map(model.shape), members.contains(where: { !key.broken(by: .text($0.name)).isEmpty }) {
      fail(map.shown, at: path, "Map keys must satisfy constraint: [\(key.terms)]")
    }
    if members.contains(where: { !element.broken(by: $0.value).isEmpty }) {
      fail(map.shown, at: path, "Map value must satisfy constraint: [\(element.terms)]")
    }
  }
}

extension Shape {
  /// The constraints that a value breaks, in AWS's words.
  func broken(by value: WireValue) -> [String] {
    var broken: [String] = []
    if case .text(let text) = value {
      if let pattern, !pattern.matches(text) { broken.append(patternTerm(pattern)) }
      if !values.isEmpty, !values.contains(text) { broken.append(valuesTerm) }
    }
    let isNumber = kind == .integer || kind == .long
    guard let measure = value.measure else { return broken }
    if let min, measure < min { broken.append(isNumber ? leastValue(min) : leastLength(min)) }
    if let max, measure > max { broken.append(isNumber ? mostValue(max) : mostLength(max)) }
    return broken
  }

  /// All its constraints, as AWS lists those of a list's elements.
  var terms: String {
    var terms: [String] = []
    if !values.isEmpty { terms.append(valuesTerm) }
    if let max { terms.append(mostLength(max)) }
    if let min { terms.append(leastLength(min)) }
    if let pattern { terms.append(patternTerm(pattern)) }
    return terms.joined(separator: ", ")
  }

  private var valuesTerm: String { "Member must satisfy enum value set: [\(values.joined(separator: ", "))]" }
  private func patternTerm(_ pattern: Pattern) -> String {
    "Member must satisfy regular expression pattern: \(pattern.text)"
  }
  private func leastValue(_ min: Int64) -> String { "Member must have value greater than or equal to \(min)" }
  private func mostValue(_ max: Int64) -> String { "Member must have value less than or equal to \(max)" }
  private func leastLength(_ min: Int64) -> String { "Member must have length greater than or equal to \(min)" }
  private func mostLength(_ max: Int64) -> String { "Member must have length less than or equal to \(max)" }
}

extension WireValue {
  /// What a range or a length is held against; nil for what has none. A text's length is counted in UTF-16, as Java does.
  fileprivate var measure: Int64? {
    switch self {
    case .integer(let number): number
    case .text(let text): Int64(text.utf16.count)
    case .blob(let bytes): Int64(bytes.count)
    case .list(let elements): Int64(elements.count)
    case .object(let members): Int64(members.count)
    case .null, .bool, .number, .instant: nil
    }
  }

  /// As Java prints it; what is long is cut short.
  fileprivate var shown: String {
    let text =
      switch self {
      case .null: "null"
      case .bool(let value): "\(value)"
      case .integer(let number): "\(number)"
      case .number(let number): "\(number)"
      case .text(let text): text
      case .blob(let bytes): "java.nio.HeapByteBuffer[pos=0 lim=\(bytes.count) cap=\(bytes.count)]"
      case .instant(let instant): "\(instant.milliseconds)"
      case .list(let elements): "[" + elements.prefix(20).map(\.shown).joined(separator: ", ") + "]"
      case .object(let members):
        "{" + members.prefix(20).map { "\($0.name)=\($0.value.shown)" }.joined(separator: ", ") + "}"
      }
    return text.count > 1_024 ? text.prefix(1_024) + "…" : text
  }
}

extension String {
  /// As AWS's messages name a member.
  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
