internal import CZlib

/// DEFLATE by zlib.
enum Deflate {
  /// What stands around the compressed bytes.
  enum Wrapping: Sendable, Hashable {
    /// One GZIP member, without a name or a time, so that equal bytes give equal bytes.
    case gzip
    /// Nothing: an entry of a ZIP archive.
    case none

    /// zlib's sign language: 16 above the largest window makes the header GZIP's, a negative one leaves it out.
    fileprivate var windowBits: Int32 { self == .gzip ? MAX_WBITS + 16 : -MAX_WBITS }
  }

  /// The compressed bytes.
  static func compress(_ bytes: [UInt8], as wrapping: Wrapping) -> [UInt8] {
    var stream = unsafe z_stream()
    let opened = unsafe deflateInit2_(
      &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, wrapping.windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(opened == Z_OK, "zlib cannot begin")
    defer { _ = unsafe deflateEnd(&stream) }
    let most = unsafe Int(deflateBound(&stream, uLong(bytes.count)))
    var input = bytes
    return unsafe [UInt8](unsafeUninitializedCapacity: most) { output, count in
      unsafe input.withUnsafeMutableBufferPointer { input in
        unsafe stream.next_in = input.baseAddress
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = output.baseAddress
        unsafe stream.avail_out = UInt32(most)
        let ended = unsafe deflate(&stream, Z_FINISH)
        precondition(ended == Z_STREAM_END, "zlib's own bound did not hold")
      }
      count = unsafe most - Int(stream.avail_out)
    }
  }
}
