internal import KinesisCore

extension DeliveryConfiguration.Compression {
  /// AWS's CompressionFormat; none for what is not there.
  init(format word: String?) {
    self =
      switch word {
      case "GZIP": .gzip
      case "ZIP": .zip
      case "Snappy": .snappy
      case "HADOOP_SNAPPY": .hadoopSnappy
      default: .none
      }
  }

  /// What AWS says of an object in its Content-Encoding (observed); nil for nothing.
  var contentEncoding: String? {
    switch self {
    case .none: nil
    case .gzip: "gzip"
    case .zip: "zip"
    case .snappy: "snappy-java"
    case .hadoopSnappy: "hadoop-snappy"
    }
  }

  /// An object's bytes, compressed as a whole; equal bytes and names give equal bytes.
  func compress(_ bytes: [UInt8], named name: @autoclosure () -> String) -> [UInt8] {
    switch self {
    case .none: bytes
    case .gzip: Deflate.compress(bytes, as: .gzip)
    case .zip: ZipArchive.make(bytes, named: name())
    case .snappy: Snappy.javaStream(bytes)
    case .hadoopSnappy: Snappy.hadoopStream(bytes)
    }
  }
}
