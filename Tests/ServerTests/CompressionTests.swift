import Foundation
import KinesisCore
import Testing

@testable import Server

@Suite struct `Compression of weir serve` {
  /// Bytes of many kinds: none, one, runs, text, noise, and what repeats far apart.
  private static func samples(_ seed: UInt64) -> [[UInt8]] {
    var state = seed
    func below(_ n: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % n
    }
    let noise = (0..<100_000).map { _ in UInt8(below(256)) }
    let words = (0..<9_000).map { _ in "word\(below(40)) " }.joined()
    var mixed: [UInt8] = []
    for _ in 0..<300 {
      mixed += noise.prefix(Int(below(90)))
      mixed += [UInt8](repeating: UInt8(below(4)), count: Int(below(200)))
    }
    var samples = [Array(words.utf8), mixed, Array(noise.prefix(40_000) + noise.prefix(40_000))]
    for length in [0, 1, 3, 4, 59, 60, 61, 255, 256, 257, 32_767, 32_768, 32_769, 70_000] {
      samples.append(Array(noise.prefix(length)))
      samples.append([UInt8](repeating: 7, count: length))
    }
    return samples
  }

  @Test("Snappy blocks say what went in, as the format's description reads them", arguments: [1, 2, 3] as [UInt64])
  func blocks(_ seed: UInt64) throws {
    for sample in Self.samples(seed) {
      for start in stride(from: 0, to: sample.count, by: 1 << 16) {
        let piece = sample[start..<min(start + 1 << 16, sample.count)]
        #expect(try Self.unpack(Snappy.block(piece)[...]) == Array(piece), "seed \(seed), \(piece.count) bytes")
      }
    }
    #expect(Snappy.block([UInt8](repeating: 7, count: 60_000)[...]).count < 3_000)
  }

  @Test("both streams of Snappy are cut into blocks of 32 KiB, each behind its lengths") func streams() throws {
    for sample in Self.samples(9) {
      let java = Snappy.javaStream(sample), hadoop = Snappy.hadoopStream(sample)
      #expect(java.prefix(16) == [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
      #expect(try Self.blocks(java.dropFirst(16), lengths: 1) == sample)
      #expect(try Self.blocks(hadoop[...], lengths: 2) == sample)
    }
  }

  @Test("equal bytes and names give equal objects, so that what is stored twice is the same") func sameness() {
    for compression in DeliveryConfiguration.Compression.allCases {
      let sample = Self.samples(4)[0]
      #expect(compression.compress(sample, named: "a") == compression.compress(sample, named: "a"))
    }
  }

  private struct Damage: Error {}

  private static func blocks(_ stream: ArraySlice<UInt8>, lengths: Int) throws -> [UInt8] {
    var rest = stream, plain: [UInt8] = []
    while !rest.isEmpty {
      guard rest.count >= 4 * lengths else { throw Damage() }
      let words = (0..<lengths).map { Int(rest.dropFirst(4 * $0).prefix(4).word() as UInt32) }
      rest = rest.dropFirst(4 * lengths)
      let block = try unpack(rest.prefix(words[lengths - 1]))
      guard block.count <= 32 << 10, lengths == 1 || block.count == words[0] else { throw Damage() }
      plain += block
      rest = rest.dropFirst(words[lengths - 1])
    }
    return plain
  }

  /// A reader by the format's description, which knows nothing of the writer.
  private static func unpack(_ block: ArraySlice<UInt8>) throws -> [UInt8] {
    var rest = block, plain: [UInt8] = [], length = 0, shift = 0
    func next() throws -> Int {
      guard let byte = rest.popFirst() else { throw Damage() }
      return Int(byte)
    }
    while true {
      let byte = try next()
      length |= (byte & 0x7f) << shift
      shift += 7
      if byte < 0x80 { break }
    }
    while !rest.isEmpty {
      let tag = try next()
      switch tag & 3 {
      case 0:
        var count = (tag >> 2) + 1
        if count > 60 {
          let bytes = count - 60
          count = 1
          for place in 0..<bytes { count += try next() << (8 * place) }
        }
        guard rest.count >= count else { throw Damage() }
        plain += rest.prefix(count)
        rest = rest.dropFirst(count)
      default:
        let isShort = tag & 3 == 1, count = isShort ? (tag >> 2 & 7) + 4 : (tag >> 2) + 1
        let low = try next()
        let offset = isShort ? (tag >> 5) << 8 | low : try low | next() << 8
        guard tag & 3 != 3, offset > 0, offset <= plain.count else { throw Damage() }
        for _ in 0..<count { plain.append(plain[plain.count - offset]) }
      }
    }
    guard plain.count == length else { throw Damage() }
    return plain
  }
}
