internal import CZlib

/// GZIP by zlib.
enum Gzip {
  /// The compressed bytes: one member, without a name or a time, so that equal bytes give equal bytes.
  static func compress(_ bytes: [UInt8]) -> [UInt8] {
    var stream = unsafe z_stream()
    // 16 above the largest window makes the header GZIP's.
    let opened = unsafe deflateInit2_(
      &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
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
