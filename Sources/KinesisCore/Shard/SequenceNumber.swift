public import Units

/// A record's sequence number, in the layout production uses (facts §2.2, reverse-engineered: observed).
///
/// 47 hexadecimal digits: `2`, shard creation time in seconds (9), low digit of the shard number (1), index (16), `00`,
/// arrival time in seconds (9), shard number (8), `2`. Written in decimal: 56 digits. Numbers of one shard increase.
public struct SequenceNumber: Hashable, Comparable, Sendable, Codable {
  /// When the shard was created, whole seconds since the Unix epoch, 36 bits.
  public var shardCreated: Int64
  /// The shard.
  public var shard: ShardID
  /// 1 for the shard's first record, 2 for its second; 0 is the shard's start.
  public var index: UInt64
  /// When the record arrived, whole seconds since the Unix epoch, 36 bits.
  public var arrived: Int64

  /// The index of a closed shard's EndingSequenceNumber.
  public static let endIndex: UInt64 = 0x7fff_ffff_ffff_ffff

  /// A sequence number of the given parts.
  public init(shard: ShardID, shardCreated: Instant, index: UInt64, arrived: Instant) {
    self.shard = shard
    self.shardCreated = shardCreated.seconds
    self.index = index
    self.arrived = arrived.seconds
  }

  /// Reads AWS's decimal form; nil when it is not one, or of another layout.
  public init?(_ text: String) {
    guard (1...129).contains(text.utf8.count), text.first != "0", let words = Words(decimal: text) else { return nil }
    guard words.high >> 56 == 2, words.low & 0xf == 2, words.middle >> 8 & 0xff == 0 else { return nil }
    shardCreated = Int64(words.high >> 20 & 0xf_ffff_ffff)
    guard let number = Int32(exactly: words.low >> 4 & 0xffff_ffff) else { return nil }
    shard = ShardID(Int(number))
    guard words.high >> 16 & 0xf == UInt64(number) & 0xf else { return nil }
    index = (words.high & 0xffff) << 48 | words.middle >> 16
    arrived = Int64((words.middle & 0xff) << 28 | words.low >> 36)
  }

  /// Orders by value.
  public static func < (a: SequenceNumber, b: SequenceNumber) -> Bool { a.words < b.words }

  private var words: Words {
    let number = UInt64(shard.number)
    let arrival = UInt64(arrived)
    return Words(
      high: 2 << 56 | UInt64(shardCreated) << 20 | (number & 0xf) << 16 | index >> 48,
      middle: (index & 0xffff_ffff_ffff) << 16 | arrival >> 28,
      low: (arrival & 0xfff_ffff) << 36 | number << 4 | 2)
  }
}

extension SequenceNumber: CustomStringConvertible {
  /// Decimal, as AWS writes it.
  public var description: String { words.decimal }
}

/// A 192-bit number, only as far as sequence numbers need it.
private struct Words: Comparable {
  var high: UInt64, middle: UInt64, low: UInt64

  static let chunk: UInt64 = 1_000_000_000_000_000_000

  init(high: UInt64, middle: UInt64, low: UInt64) {
    (self.high, self.middle, self.low) = (high, middle, low)
  }

  init?(decimal text: String) {
    (high, middle, low) = (0, 0, 0)
    for byte in text.utf8 {
      guard (48...57).contains(byte), timesTen(plus: UInt64(byte - 48)) else { return nil }
    }
  }

  /// False when the number no longer fits.
  private mutating func timesTen(plus digit: UInt64) -> Bool {
    var carry = digit
    func next(_ word: UInt64) -> UInt64 {
      let (upper, lower) = word.multipliedFullWidth(by: 10)
      let (sum, overflow) = lower.addingReportingOverflow(carry)
      carry = upper + (overflow ? 1 : 0)
      return sum
    }
    low = next(low)
    middle = next(middle)
    high = next(high)
    return carry == 0
  }

  var decimal: String {
    var rest = self
    var chunks: [UInt64] = []
    repeat { chunks.append(rest.divide(by: Self.chunk)) } while rest.high | rest.middle | rest.low != 0
    let first = String(chunks.removeLast())
    return chunks.reversed().reduce(into: first) { text, chunk in
      let digits = String(chunk)
      text += String(repeating: "0", count: 18 - digits.count) + digits
    }
  }

  /// Divides in place and returns the remainder.
  private mutating func divide(by divisor: UInt64) -> UInt64 {
    let top = high.quotientAndRemainder(dividingBy: divisor)
    let mid = divisor.dividingFullWidth((top.remainder, middle))
    let end = divisor.dividingFullWidth((mid.remainder, low))
    (high, middle, low) = (top.quotient, mid.quotient, end.quotient)
    return end.remainder
  }

  static func < (a: Words, b: Words) -> Bool { (a.high, a.middle, a.low) < (b.high, b.middle, b.low) }
}
