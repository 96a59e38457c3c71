/// Words as bytes, the highest byte first: in CBOR, event streams, tokens and the log of calls.
extension [UInt8] {
  /// Appends the lowest `width` bytes of a word.
  mutating func append(_ word: some FixedWidthInteger, width: Int) {
    for shift in stride(from: 8 * (width - 1), through: 0, by: -8) { append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
}

extension Collection<UInt8> {
  /// The word that all of the bytes make, which it must hold.
  func word<Word: FixedWidthInteger & UnsignedInteger>(as _: Word.Type = Word.self) -> Word {
    reduce(0) { $0 << 8 | Word($1) }
  }
}
