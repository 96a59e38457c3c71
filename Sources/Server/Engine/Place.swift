internal import Crypto
internal import Foundation

/// The account and region that a server plays, and the names that AWS would give to what is in them.
public struct Place: Sendable, Hashable {
  /// Twelve digits.
  public var account: String
  /// Such as us-east-1.
  public var region: String

  /// The place of an account in a region.
  public init(account: String, region: String) { (self.account, self.region) = (account, region) }

  private var prefix: String { "arn:aws:kinesis:\(region):\(account):" }

  func deliveryStreamARN(_ name: String) -> String {
    "arn:aws:firehose:\(region):\(account):deliverystream/\(name)"
  }

  func streamARN(_ name: String) -> String { "\(prefix)stream/\(name)" }

  func consumerARN(_ name: String, of stream: String, created: Int64) -> String {
    "\(streamARN(stream))/consumer/\(name):\(created)"
  }

  func queueARN(_ id: String) -> String { "\(prefix)queue/\(id)" }

  func channelARN(_ id: String) -> String { "\(prefix)channel/\(id)" }

  /// What an ARN of this place names; nil for one of another place, or of nothing that there is here.
  func resource(_ arn: String) -> ResourceName? {
    let fields = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    guard fields.count == 6, fields[0] == "arn", fields[1].hasPrefix("aws"), fields[2] == "kinesis",
      fields[3] == region, fields[4] == account
    else { return nil }
    let parts = fields[5].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    switch (parts.count, parts[0]) {
    case (2, "stream"): return .stream(parts[1])
    case (2, "queue"): return .queue(parts[1])
    case (2, "channel"): return .channel(parts[1])
    case (4, "stream") where parts[2] == "consumer":
      let name = parts[3].split(separator: ":")
      guard name.count == 2, let created = Int64(name[1]) else { return nil }
      return .consumer(String(name[0]), stream: parts[1], created: created)
    default: return nil
    }
  }
}

/// What an ARN names.
enum ResourceName: Sendable, Hashable {
  case stream(String)
  case consumer(String, stream: String, created: Int64)
  /// By their generated ids.
  case queue(String), channel(String)
}

/// Ids such as the service generates: lower-case letters and digits, spread by FNV-1a over what makes the thing unique, so that
/// equal histories have equal ids.
enum GeneratedID {
  /// A UUID of a seed, in AWS's form: version 4 to the eye.
  static func uuid(_ seed: String) -> String {
    let digest = Array(SHA256.hash(data: Array(seed.utf8)))
    var text = digest.prefix(16).map { String(0x100 | Int($0), radix: 16).dropFirst() }.joined()
    let marks = [(12, "4"), (16, ["8", "9", "a", "b"][Int(digest[8] & 3)])]
    for (place, mark) in marks {
      let index = text.index(text.startIndex, offsetBy: place)
      text.replaceSubrange(index...index, with: mark)
    }
    for place in [20, 16, 12, 8] { text.insert("-", at: text.index(text.startIndex, offsetBy: place)) }
    return text
  }

  static func make(_ seed: String, length: Int) -> String {
    var text = "", round = 0
    while text.count < length {
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in "\(round)/\(seed)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      let digits = String(hash, radix: 36)
      text += String(repeating: "0", count: max(0, 12 - digits.count)) + digits.suffix(12)
      round += 1
    }
    return String(text.prefix(length))
  }
}
