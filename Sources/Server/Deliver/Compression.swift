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

/// How an object's bytes are made smaller: as CompressionFormat of a delivery stream says, or CompressionType of a channel.
enum Packing: Sendable, Hashable {
  case delivery(DeliveryConfiguration.Compression)
  case zstandard

  /// CompressionType of a channel.
  init(channel word: String?) {
    self = word == "ZSTD" ? .zstandard : .delivery(.init(format: word))
  }

  /// What an object's Content-Encoding says; nil for nothing.
  var contentEncoding: String? {
    switch self {
    case .delivery(let compression): compression.contentEncoding
    case .zstandard: "zstd"
    }
  }

  /// What a channel's files are called by.
  var fileExtension: String {
    switch self {
    case .delivery(let compression): compression == .gzip ? ".gz" : ""
    case .zstandard: ".zst"
    }
  }

  /// An object's bytes, compressed as a whole; equal bytes and names give equal bytes.
  func compress(_ bytes: [UInt8], named name: @autoclosure () -> String) -> [UInt8] {
    switch self {
    case .delivery(let compression): compression.compress(bytes, named: name())
    case .zstandard: Zstandard.frame(bytes)
    }
  }
}
