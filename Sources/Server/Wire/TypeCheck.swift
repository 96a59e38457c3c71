internal import Units

/// Gives what a request says the types of its shape: base64 becomes bytes, numbers become instants; what the shape does not have,
/// and nulls, are left out. What is of another type is AWS's SerializationException.
///
/// The texts are those that kinesalite 3.3.3 recorded from production (observed; AWS's may have changed since).
struct TypeCheck {
  let model: ServiceModel

  func check(_ value: WireValue, as name: String) throws(ServiceError) -> WireValue {
    let shape = model.shape(name)
    switch shape.kind {
    case .structure: return try structure(value, shape)
    case .list: return try list(value, shape)
    case .map: return try map(value, shape)
    case .string: return try text(value)
    case .blob: return try blob(value)
    case .integer, .long, .double: return try number(value, shape.kind)
    case .boolean: return try boolean(value)
    case .timestamp: return try timestamp(value)
    }
  }

  private func structure(_ value: WireValue, _ shape: Shape) throws(ServiceError) -> WireValue {
    guard case .object = value else { throw Self.misplaced(value, scalar: "Expected null") }
    var members: [WireMember] = []
    for member in shape.members {
      guard let inner = value[member.name] else { continue }
      members.append(WireMember(member.name, try check(inner, as: member.shape)))
    }
    return .object(members)
  }

  private func list(_ value: WireValue, _ shape: Shape) throws(ServiceError) -> WireValue {
    guard case .list(let elements) = value, let element = shape.element else {
      throw Self.misplaced(value, scalar: "Expected list or null")
    }
    var checked: [WireValue] = []
    checked.reserveCapacity(elements.count)
    for inner in elements { checked.append(inner == .null ? .null : try check(inner, as: element)) }
    return .list(checked)
  }

  private func map(_ value: WireValue, _ shape: Shape) throws(ServiceError) -> WireValue {
    guard case .object(let members) = value, let element = shape.element else {
      throw Self.misplaced(value, scalar: "Expected map or null")
    }
    var checked: [WireMember] = []
    for member in members where member.value != .null {
      checked.removeAll { $0.name == member.name }
      checked.append(WireMember(member.name, try check(member.value, as: element)))
    }
    return .object(checked)
  }

  private func text(_ value: WireValue) throws(ServiceError) -> WireValue {
    guard case .text = value else { throw Self.unlike(value, "an String") }
    return value
  }

  private func blob(_ value: WireValue) throws(ServiceError) -> WireValue {
    switch value {
    case .blob: return value
    case .text(let text):
      var bytes: [UInt8] = []
      bytes.reserveCapacity(text.utf8.count / 4 * 3)
      guard Base64.decode(Array(text.utf8), into: &bytes) else {
        let shown = text.count > 64 ? text.prefix(64) + "…" : text[...]
        throw .serialization("'\(shown)' can not be converted to a Blob: Invalid Base64")
      }
      return .blob(bytes)
    default: throw Self.unlike(value, "a Blob")
    }
  }

  private func number(_ value: WireValue, _ kind: Shape.Kind) throws(ServiceError) -> WireValue {
    let word = kind == .integer ? "an Integer" : kind == .long ? "an Long" : "an Double"
    switch value {
    case .integer(let whole):
      guard kind == .integer else { return kind == .double ? .number(Double(whole)) : value }
      guard Int32(exactly: whole) != nil else { throw Self.unlike(value, word) }
      return value
    case .number(let number):
      if kind == .double { return value }
      guard let whole = Int64(exactly: number.rounded(.down)), kind == .long || Int32(exactly: whole) != nil else {
        throw Self.unlike(value, word)
      }
      return .integer(whole)
    case .text: throw .serialization("class java.lang.String can not be converted to \(word)")
    default: throw Self.unlike(value, word)
    }
  }

  private func boolean(_ value: WireValue) throws(ServiceError) -> WireValue {
    guard case .bool = value else { throw Self.unlike(value, "an Boolean") }
    return value
  }

  /// JSON has seconds, to the millisecond; CBOR an instant.
  private func timestamp(_ value: WireValue) throws(ServiceError) -> WireValue {
    switch value {
    case .instant: return value
    case .integer(let seconds): return .instant(Instant(seconds: seconds))
    case .number(let seconds):
      guard let milliseconds = Int64(exactly: (seconds * 1_000).rounded()) else { throw Self.unlike(value, "a Date") }
      return .instant(.epoch + .milliseconds(milliseconds))
    default: throw Self.unlike(value, "a Date")
    }
  }

  /// A scalar that stands where another one should.
  private static func unlike(_ value: WireValue, _ wanted: String) -> ServiceError {
    switch value {
    case .bool: .serialization("class java.lang.Boolean can not be converted to \(wanted)")
    case .integer, .number: .serialization("class java.math.BigDecimal can not be converted to \(wanted)")
    case .text(let text): .serialization("'\(text.prefix(64).uppercased())' can not be converted to \(wanted)")
    case .null, .blob, .instant: .serialization("The value can not be converted to \(wanted)")
    case .list, .object: misplaced(value, scalar: "")
    }
  }

  private static func misplaced(_ value: WireValue, scalar: String) -> ServiceError {
    switch value {
    case .list: .serialization("Start of list found where not expected")
    case .object: .serialization("Start of structure or map found where not expected.")
    default: .serialization(scalar)
    }
  }
}
