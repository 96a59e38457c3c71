internal import KinesisCore
internal import Units

/// The hints in force, for the report: what was given, or the default.
extension DeliveryStream {
  var bufferSize: Bytes {
    if let size = configuration.buffer.size { return size }
    let isConverted: Bool =
      switch configuration.format {
      case .raw: false
      case .parquet, .orc: true
      }
    let size =
      isConverted || configuration.partitioning != nil
      ? limits[.deliveryConversionSizeDefault] : configuration.destination.hintRange(limits).defaultSize
    return .mebibytes(size)
  }

  var bufferInterval: Interval {
    configuration.buffer.interval ?? .seconds(configuration.destination.hintRange(limits).defaultInterval)
  }

  var partitionLimit: Int64 { configuration.partitioning?.maxActive ?? limits[.deliveryPartitionsActive] }
}
