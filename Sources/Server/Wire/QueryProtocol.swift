internal import Foundation
internal import Units

/// AWS's query protocol, which CloudWatch's older clients speak: a form in, XML out. What lies between is the same.
struct QueryProtocol {
  let model: ServiceModel

  static let contentType = "application/x-www-form-urlencoded"

  /// The most parts of a name, and the most members of a list: what is counted before memory is taken.
  private static let (deepest, longest) = (12, 500)

  /// The operation and the members of a form; nil for none.
  func read(_ body: [UInt8]) -> (operation: String, value: WireValue)? {
    var operation: String?, root = Node()
    for pair in String(decoding: body, as: UTF8.self).split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map { $0.replacingOccurrences(of: "+", with: " ").removingPercentEncoding ?? "" }
      guard parts.count == 2 else { return nil }
      if parts[0] == "Action" { operation = parts[1] }
      let path = parts[0].split(separator: ".").map(String.init)
      guard path.count <= Self.deepest else { return nil }
      root.add(path[...], parts[1])
    }
    guard let operation, let shape = model.operations[operation]?.input else { return nil }
    return (operation, value(root, as: shape))
  }

  /// What a name's parts come to.
  private struct Node {
    var text: String?
    var members: [String: Node] = [:]

    mutating func add(_ path: ArraySlice<String>, _ text: String) {
      guard let first = path.first else {
        self.text = text
        return
      }
      guard members[first] != nil || members.count < QueryProtocol.longest else { return }
      members[first, default: Node()].add(path.dropFirst(), text)
    }
  }

  private func value(_ node: Node, as name: String) -> WireValue {
    let shape = model.shape(name), text = node.text ?? ""
    switch shape.kind {
    case .structure:
      return .object(
        shape.members.compactMap { member in
          node.members[member.name].map { WireMember(member.name, value($0, as: member.shape)) }
        })
    case .list:
      let elements = (node.members["member"] ?? node).members.compactMap { key, node in Int(key).map { ($0, node) } }
      return .list(elements.sorted { $0.0 < $1.0 }.map { value($0.1, as: shape.element ?? "") })
    case .integer, .long: return Int64(text).map { .integer($0) } ?? .text(text)
    case .double: return Double(text).map { .number($0) } ?? .text(text)
    case .boolean: return text == "true" ? .bool(true) : text == "false" ? .bool(false) : .text(text)
    case .timestamp:
      // To the second: metrics are kept by the minute.
      let whole = text.replacing(/\.[0-9]+/, with: "")
      return CivilTime.instant(whole).map { .instant($0) } ?? .text(text)
    case .string, .map, .blob: return .text(text)
    }
  }

  /// An answer in XML.
  func write(_ value: WireValue, of operation: String, id: String) -> [UInt8] {
    let shape = model.operations[operation]?.output ?? ""
    let result = "<\(operation)Result>\(xml(value, as: shape))</\(operation)Result>"
    let meta = "<ResponseMetadata><RequestId>\(id)</RequestId></ResponseMetadata>"
    let space = "xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\""
    return Array("<\(operation)Response \(space)>\(result)\(meta)</\(operation)Response>".utf8)
  }

  /// An error in XML.
  static func write(code: String, message: String, id: String) -> [UInt8] {
    let error = "<Error><Type>Sender</Type><Code>\(code)</Code><Message>\(escaped(message))</Message></Error>"
    return Array("<ErrorResponse>\(error)<RequestId>\(id)</RequestId></ErrorResponse>".utf8)
  }

  private func xml(_ value: WireValue, as name: String) -> String {
    let shape = model.shape(name)
    switch (shape.kind, value) {
    case (.structure, .object):
      return shape.members.compactMap { member in
        value[member.name].map { "<\(member.name)>\(xml($0, as: member.shape))</\(member.name)>" }
      }.joined()
    case (.list, .list(let elements)):
      return elements.map { "<member>\(xml($0, as: shape.element ?? ""))</member>" }.joined()
    case (.timestamp, .number(let seconds)): return CivilTime.text(Instant(seconds: Int64(seconds)))
    case (.timestamp, .integer(let seconds)): return CivilTime.text(Instant(seconds: seconds))
    case (_, .text(let text)): return Self.escaped(text)
    case (_, .number(let number)): return "\(number)"
    case (_, .integer(let number)): return "\(number)"
    case (_, .bool(let truth)): return "\(truth)"
    default: return ""
    }
  }

  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
  }
}
