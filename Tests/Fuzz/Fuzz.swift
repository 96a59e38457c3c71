// What libFuzzer calls, compiled together with the module Server. What reads bytes of strangers may refuse them, and may do nothing else.
internal import Foundation
internal import KinesisCore
internal import Units

/// What is tried; WEIR_FUZZ names one.
private enum Trial: String {
  case json, cbor, events, sigv4

  static let chosen = ProcessInfo.processInfo.environment["WEIR_FUZZ"].flatMap(Trial.init) ?? .json

  func take(_ bytes: [UInt8]) {
    switch self {
    case .json: Self.body(bytes, .json)
    case .cbor: Self.body(bytes, .cbor)
    case .events: Self.message(bytes)
    case .sigv4: Self.signature(bytes)
    }
  }

  // MARK: JSON and CBOR

  private static let requests = RequestReader(.current)
  private static let targets =
    ServiceModel.kinesis.operations.keys.sorted().map { "Kinesis_20131202.\($0)" }
    + ServiceModel.firehose.operations.keys.sorted().map { "Firehose_20150804.\($0)" }

  /// A body is read to a value or to none: what is written of a value is read to the same, and no request comes of none.
  private static func body(_ bytes: [UInt8], _ format: WireFormat) {
    let value = read(bytes, format)
    if let value {
      var writer = WireWriter(format)
      writer.write(value)
      let again = read(writer.bytes, format)
      // Of a number that is none nothing is the same, itself not either: what is written of it is.
      var twice = WireWriter(format)
      twice.write(again ?? .null)
      precondition(again != nil && twice.bytes == writer.bytes, "a value is not read as it was written")
    }
    let target = targets[bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff } % targets.count]
    if case .call = requests.read(target: target, contentType: format.rawValue, body: bytes) {
      precondition(value != nil || bytes.isEmpty, "a request without a value")
    }
  }

  private static func read(_ bytes: [UInt8], _ format: WireFormat) -> WireValue? {
    format == .json ? JSONReader.read(bytes) : CBORReader.read(bytes)
  }

  // MARK: Event streams

  /// A message of headers and a payload is read, by the format's own description, to the same.
  private static func message(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0, maxSplits: 4, omittingEmptySubsequences: false).map { Array($0.prefix(255)) }
    let texts = parts.dropLast().map { String(decoding: $0, as: UTF8.self) }
    let headers = zip(texts, texts.dropFirst()).map { (name: String($0.0.prefix(40)), value: $0.1) }
    let payload = parts.last ?? [], message = EventStream.message(headers, payload)
    var rest = message[...]
    func take(_ count: Int) -> ArraySlice<UInt8> {
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }
    func number(_ width: Int) -> Int { take(width).reduce(0) { $0 << 8 | Int($1) } }
    precondition(number(4) == message.count)
    let block = number(4)
    precondition(number(4) == Int(CRC32.of(message[..<8])))
    let end = rest.startIndex + block
    for header in headers {
      precondition(take(number(1)).elementsEqual(header.name.utf8) && number(1) == 7)
      precondition(take(number(2)).elementsEqual(header.value.utf8))
    }
    precondition(rest.startIndex == end && take(rest.count - 4).elementsEqual(payload))
    precondition(number(4) == Int(CRC32.of(message.dropLast(4))))
  }

  // MARK: Signatures

  private static let now = Instant(seconds: 1_764_331_200)
  private static let gate: SignatureGate? = {
    let file = "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = wJalrXUtnFEMI\n"
    return (try? Credentials(file, path: "fuzz")).map { SignatureGate($0, region: "us-east-1") { now } }
  }()

  /// A request whose every part is a stranger's is let through by nobody: the secret is not in it.
  private static func signature(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 10, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    var headers: [String: String] = [:]
    for line in parts.dropFirst(2) {
      let pair = line.split(separator: ":", maxSplits: 1).map(String.init)
      if pair.count == 2 { headers[pair[0].lowercased()] = pair[1] }
    }
    let call = HTTPCall(
      method: parts[0], uri: parts.count > 1 ? parts[1] : "/", headers: headers, body: Array(bytes.suffix(20)))
    do throws(ServiceError) {
      try gate?.check(call, service: bytes.count.isMultiple(of: 2) ? "kinesis" : nil)
    } catch {
      precondition(!"\(error)".contains("wJalrXUtnFEMI"), "a secret is told")
      return
    }
    preconditionFailure("a request is let through that nobody signed")
  }
}

/// libFuzzer's hand.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  Trial.chosen.take(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
