internal import KinesisCore

/// What CreateChannel was told of a channel to S3, with AWS's defaults in it: kept and told.
struct ChannelSettings: Sendable {
  /// A bucket and whose it is.
  struct Bucket: Sendable {
    let arn: String, owner: String

    init(_ input: WireInput?) {
      (arn, owner) = (input?.text("BucketARN") ?? "", input?.text("ExpectedBucketOwner") ?? "")
    }

    var name: String { arn.split(separator: ":", omittingEmptySubsequences: false).last.map(String.init) ?? "" }

    func write(into writer: inout WireWriter) {
      writer.member("BucketARN", arn)
      writer.member("ExpectedBucketOwner", owner)
    }
  }

  /// CloudWatchLogs: there are none here.
  struct Logging: Sendable {
    var isOn: Bool, group: String, stream: String
  }

  private let role: String
  private let record: WireInput?
  let bucket: Bucket
  let keyTemplate: String, storageClass: String, compression: String
  let letters: Bucket, letterPrefix: String
  private let encryption: WireInput?
  private var logging: Logging

  /// Of a channel by its name and AWS's ChannelId; a refusal where AWS would refuse it.
  init(_ input: WireInput, name: String, identity: String) throws(ServiceError) {
    guard !input.has("S3TablesDestinationConfiguration") else {
      throw .invalidArgument(
        input.has("S3DestinationConfiguration")
          ? "Specify either S3DestinationConfiguration or S3TablesDestinationConfiguration, but not both."
          : "weir serve does not deliver to S3 Tables: give S3DestinationConfiguration.")
    }
    guard let destination = input.structure("S3DestinationConfiguration") else {
      throw .invalidArgument("Specify either S3DestinationConfiguration or S3TablesDestinationConfiguration.")
    }
    let storage = destination.structure("StorageConfiguration")
    let letters = destination.structure("DeadLetterQueueS3Configuration")
    role = input.text("ServiceExecutionRoleARN") ?? ""
    record = input.structures("StreamConfigurationList").first?.structure("RecordConfiguration")
    bucket = Bucket(storage)
    keyTemplate = storage?.text("OutputKeyTemplate") ?? ChannelKeyTemplate.standard
    storageClass = storage?.text("StorageClass") ?? "STANDARD"
    compression = storage?.text("CompressionType") ?? "NONE"
    self.letters = letters.map { Bucket($0) } ?? bucket
    letterPrefix = letters?.text("ErrorOutputPrefix") ?? "kinesis-channel/errors/\(name)/\(identity)/"
    encryption = input.structure("EncryptionConfiguration")
    guard encryption?.text("KeyId")?.hasSuffix("alias/aws/kinesis") != true else {
      throw .invalidArgument("EncryptionConfiguration cannot have the key alias/aws/kinesis: take one of your own.")
    }
    logging = Logging(isOn: false, group: "/aws/kinesis/\(name)/\(identity)", stream: "DestinationDelivery")
    update(logging: input.structure("LoggingConfiguration"))
  }

  /// RecordFormatType.
  var format: String { record?.text("RecordFormatType") ?? "" }

  /// What UpdateChannel says of it; what it does not name stays.
  mutating func update(logging input: WireInput?) {
    guard let logs = input?.structure("CloudWatchLogs") else { return }
    logging = Logging(
      isOn: logs.isTrue("Enabled"), group: logs.text("LogGroupName") ?? logging.group,
      stream: logs.text("LogStreamName") ?? logging.stream)
  }

  // MARK: Telling

  /// RecordConfiguration.
  func writeRecord(into writer: inout WireWriter) {
    writer.member("RecordConfiguration") { writer in
      writer.member("RecordFormatType", format)
      writer.member("GSRSchemaARN", record?.text("GSRSchemaARN"))
    }
  }

  /// What ChannelDescription has of it beside names, state and stream.
  func write(freshness seconds: Int64, into writer: inout WireWriter) {
    writer.member("ServiceExecutionRoleARN", role)
    writer.member("S3DestinationConfiguration") { writer in
      writer.member("DataFreshnessInSeconds", seconds)
      writer.member("DeadLetterQueueS3Configuration") { writer in
        letters.write(into: &writer)
        writer.member("ErrorOutputPrefix", letterPrefix)
      }
      writer.member("StorageConfiguration") { writer in
        bucket.write(into: &writer)
        writer.member("OutputKeyTemplate", keyTemplate)
        writer.member("StorageClass", storageClass)
        writer.member("CompressionType", compression)
      }
    }
    if let encryption {
      writer.member("EncryptionConfiguration") { writer in
        writer.member("EncryptionType", encryption.text("EncryptionType"))
        writer.member("KeyId", encryption.text("KeyId"))
      }
    }
    writer.member("LoggingConfiguration") { writer in
      writer.member("CloudWatchLogs") { writer in
        writer.member("Enabled", logging.isOn)
        writer.member("LogGroupName", logging.group)
        writer.member("LogStreamName", logging.stream)
      }
    }
  }
}
