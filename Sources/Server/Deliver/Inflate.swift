internal import CZlib

/// What DEFLATE compressed, read by zlib.
enum Inflate {
  /// More than that is refused: a record of 1 MB could otherwise become a thousand times as much.
  private static let most = 64 << 20

  /// The bytes of one GZIP member and nothing behind it.
  static func gzip(_ bytes: ArraySlice<UInt8>) throws(DeliveryFailure) -> [UInt8] {
    var stream = unsafe z_stream()
    let opened = unsafe inflateInit2_(&stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(opened == Z_OK, "zlib cannot begin")
    defer { _ = unsafe inflateEnd(&stream) }
    var input = Array(bytes), plain: [UInt8] = []
    let status = unsafe input.withUnsafeMutableBufferPointer { input in
      unsafe stream.next_in = input.baseAddress
      unsafe stream.avail_in = UInt32(input.count)
      var status = Z_OK
      while status == Z_OK, plain.count <= most {
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { output, count in
          unsafe stream.next_out = output.baseAddress
          unsafe stream.avail_out = UInt32(output.count)
          status = unsafe inflate(&stream, Z_NO_FLUSH)
          count = unsafe output.count - Int(stream.avail_out)
        }
        plain += piece
      }
      return status
    }
    guard plain.count <= most else { throw DeliveryFailure("more than \(most) bytes when it is decompressed") }
    guard status == Z_STREAM_END, unsafe stream.avail_in == 0 else { throw DeliveryFailure("no GZIP, or a broken one") }
    return plain
  }
}
