/// A ZIP archive of one entry (PKWARE's APPNOTE.TXT), as Data Firehose writes it: deflated, called by a UUID.
enum ZipArchive {
  /// 1980-01-01 00:00, the oldest time that the format has: so equal bytes give equal bytes.
  private static let date: UInt16 = 1 << 5 | 1

  /// An archive of fewer than 2³² bytes; an object has at most 128 MiB and a record.
  static func make(_ bytes: [UInt8], named name: String) -> [UInt8] {
    let packed = Deflate.compress(bytes, as: .none)
    let facts = Facts(checkSum: CRC32.of(bytes[...]), packed: packed.count, plain: bytes.count, name: Array(name.utf8))
    var archive: [UInt8] = []
    archive.reserveCapacity(packed.count + 2 * facts.name.count + 98)
    archive.little(0x0403_4b50 as UInt32)
    facts.write(into: &archive)
    archive += facts.name + packed
    let directory = archive.count
    archive.little(0x0201_4b50 as UInt32)
    // Made by version 2.0.
    archive.little(20 as UInt16)
    facts.write(into: &archive)
    // No comment, disk 0, binary, no attributes, the entry at 0.
    for word in [0, 0, 0] as [UInt16] { archive.little(word) }
    for word in [0, 0] as [UInt32] { archive.little(word) }
    archive += facts.name
    let end = archive.count
    archive.little(0x0605_4b50 as UInt32)
    for word in [0, 0, 1, 1] as [UInt16] { archive.little(word) }
    for word in [UInt32(end - directory), UInt32(directory)] { archive.little(word) }
    archive.little(0 as UInt16)
    return archive
  }

  /// What an entry's two headers have in common.
  private struct Facts {
    let checkSum: UInt32, packed: Int, plain: Int, name: [UInt8]

    func write(into archive: inout [UInt8]) {
      // Read by version 2.0, no flags, DEFLATE, its time.
      for word in [20, 0, 8, 0, date] as [UInt16] { archive.little(word) }
      for word in [checkSum, UInt32(packed), UInt32(plain)] { archive.little(word) }
      for word in [UInt16(name.count), 0] { archive.little(word) }
    }
  }
}

extension [UInt8] {
  /// A word, its lowest byte first.
  fileprivate mutating func little(_ word: some FixedWidthInteger) {
    for shift in stride(from: 0, to: word.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
}
