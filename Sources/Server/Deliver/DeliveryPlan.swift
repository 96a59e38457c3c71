internal import Foundation
internal import KinesisCore
internal import Units

/// What a delivery stream's configuration comes to: the core's, and how its deliveries are carried out.
struct DeliveryPlan: Sendable {
  /// A bucket and how its objects are called and written.
  struct Store: Sendable, Hashable {
    let bucket: String
    /// The configuration whose names its objects have.
    var naming: DeliveryConfiguration
    let compression: DeliveryConfiguration.Compression
    /// CustomTimeZone; nil for UTC.
    let zone: TimeZone?

    /// The key of a delivery's object. Equal seeds give equal keys, so that what is delivered twice lies there once.
    func key(of delivery: Delivery, seed: String, _ partitionKeys: PartitionTable.Keys = [:]) -> String {
      var naming = naming
      let seconds = zone?.secondsFromGMT(for: Date(timeIntervalSince1970: Double(delivery.oldestArrival.seconds))) ?? 0
      naming.naming.timeZone = .seconds(Int64(seconds) / 60 * 60)
      let uuid = GeneratedID.uuid(seed)
      // As many as a prefix of 1,024 characters can name.
      let strings = (0..<38).map { GeneratedID.make("random-string/\($0)/\(seed)", length: 11) }
      return naming.objectKey(
        of: delivery, ObjectKeyParts(uuid: uuid, randomStrings: strings, partitionKeys: partitionKeys))
    }
  }

  /// As AWS has it: what flaws and names are told by.
  let configuration: DeliveryConfiguration
  /// As it runs: without what weir does not do, which `obstacle` names.
  let running: DeliveryConfiguration
  /// Where objects go: the destination's, those that could not be delivered, copies of all source records.
  let main: Store?, errors: Store, backup: Store
  let endpoint: HTTPEndpoint?
  let bulk: BulkIndex?
  let collector: SplunkCollector?
  /// What becomes of records ahead of the buffers.
  let processing: Processing
  /// What the function is told of the delivery stream.
  private let template: FunctionCall
  /// Why nothing can be delivered; nil when it can.
  let obstacle: String?

  /// A destination's plan; a refusal where AWS would refuse it.
  init(
    _ name: String, _ place: Place, _ source: DeliveryConfiguration.Source, from sourceARN: String?,
    _ note: DestinationNote, version: Int64, _ limits: LimitsProfile
  ) throws(ServiceError) {
    let settings = note.settings, kind = note.kind
    let bucketSettings = kind.isS3 ? settings : settings.structure("S3Configuration") ?? settings
    var whole = DeliveryConfiguration(
      name: name, region: place.region, source: source, destination: kind.destination)
    whole.buffer = try Self.hints(settings)
    whole.naming = Self.naming(bucketSettings, settings, version: version)
    whole.retryDuration = settings.structure("RetryOptions")?.integer("DurationInSeconds").map { .seconds($0) }
    whole.backup = settings.text("S3BackupMode") ?? kind.leastBackup == kind.leastBackup ? .failures : .all
    let copies = settings.structure("S3BackupConfiguration") ?? bucketSettings
    if !kind.isS3 || settings.has("S3BackupConfiguration") { whole.backupBuffer = try Self.hints(copies) }
    Self.setFormat(settings, of: &whole)
    let processing = try Processing(settings.structure("ProcessingConfiguration"))
    whole.transform = processing.transform
    if settings.structure("DynamicPartitioningConfiguration")?.isTrue("Enabled") == true {
      whole.partitioning = .init()
      guard processing.query != nil || processing.function != nil else {
        throw .invalidArgument("Dynamic Partitioning needs the processor MetadataExtraction or Lambda.")
      }
    }
    if let flaw = whole.flaws(limits).first { throw .invalidArgument(flaw.reason) }
    let zone = try Self.zone(settings.text("CustomTimeZone"))
    configuration = whole
    self.processing = processing
    template = FunctionCall(
      function: processing.function ?? "", deliveryStream: place.deliveryStreamARN(name), source: sourceARN,
      region: place.region, invocationID: "", timeout: .zero)
    let bulk = DestinationReader.bulk(kind, settings)
    self.bulk = bulk
    collector = DestinationReader.collector(kind, settings)
    obstacle = Self.obstacle(whole, hasAddress: kind.destination != .openSearch || bulk != nil)
    running = try Self.running(whole, hasObstacle: obstacle != nil, limits)
    func store(_ settings: WireInput, _ naming: DeliveryConfiguration) -> Store {
      Store(
        bucket: Self.bucket(settings), naming: naming, compression: .init(format: settings.text("CompressionFormat")),
        zone: zone)
    }
    main = kind.isS3 ? store(settings, whole) : nil
    errors = store(bucketSettings, whole)
    var copyNames = DeliveryConfiguration(name: name, region: place.region, source: source, destination: .s3)
    copyNames.naming = Self.naming(copies, settings, version: version)
    copyNames.format = .raw(.init(format: copies.text("CompressionFormat")))
    backup = store(copies, copyNames)
    endpoint = DestinationReader.endpoint(kind, settings, source: place.deliveryStreamARN(name))
  }

  /// What AWS tells of records that a function did not do.
  var functionDetails: [Shipment.Content.Failure.Detail] {
    processing.function.map { [Shipment.Content.Failure.Detail(name: "lambdaArn", value: $0)] } ?? []
  }

  /// Why an attempt failed, as AWS calls it; nil where it did not, or not as a whole.
  func failure(
    of work: Shipment.Work, _ outcome: Shipment.Outcome, attempt: Int64, at now: Instant
  ) -> Shipment.Content.Failure? {
    switch outcome {
    case .delivered, .answered, .partly: return nil
    case .failed(let reason, _), .rejected(let reason):
      if case .delivery = work { return failure(reason, attempt: attempt, at: now) }
      let words = reason.split(separator: " ", maxSplits: 1).map(String.init)
      let isNamed = words.count == 2 && words[0].hasPrefix("Lambda.")
      return .init(
        code: isNamed ? words[0] : "Lambda.InvokeFailed", message: isNamed ? words[1] : reason,
        attempts: attempt, at: now, details: functionDetails)
    }
  }

  /// Why a delivery failed as a whole.
  private func failure(_ reason: String, attempt: Int64, at now: Instant) -> Shipment.Content.Failure {
    let words = reason.split(separator: " ", maxSplits: 1).map(String.init)
    let isNamed = words.count == 2 && words[0].hasPrefix("Splunk.")
    let code =
      obstacle != nil
      ? "Weir.DestinationNotSupported"
      : endpoint != nil
        ? "HttpEndpoint.DestinationException" : bulk != nil ? "OS.ServiceException" : "Splunk.ServerError"
    return .init(code: isNamed ? words[0] : code, message: isNamed ? words[1] : reason, attempts: attempt, at: now)
  }

  /// A call of the function.
  func call(seed: String, timeout: Interval) -> FunctionCall {
    FunctionCall(
      function: template.function, deliveryStream: template.deliveryStream, source: template.source,
      region: template.region, invocationID: GeneratedID.uuid(seed), timeout: timeout)
  }

  /// The keys of a record's dynamic partition: those that a function gave, and those that the query finds. There is one at least.
  func keys(
    of record: ArraySlice<UInt8>, given: PartitionTable.Keys
  ) throws(DeliveryFailure) -> PartitionTable.Keys {
    var keys = given
    if let query = processing.query { keys.merge(try query.keys(of: record)) { $1 } }
    guard !keys.isEmpty, !keys.values.contains("") else {
      throw DeliveryFailure("partitionKeys values must not be null or empty")
    }
    return keys
  }

  /// How requests to an endpoint are compressed.
  var contentEncoding: DeliveryConfiguration.Compression { configuration.format == .raw(.gzip) ? .gzip : .none }

  // MARK: Reading

  private static func hints(_ settings: WireInput) throws(ServiceError) -> DeliveryConfiguration.Hints {
    guard let hints = settings.structure("BufferingHints") else { return .init() }
    let size = hints.integer("SizeInMBs"), interval = hints.integer("IntervalInSeconds")
    guard (size == nil) == (interval == nil) else {
      throw .invalidArgument("BufferingHints must specify both SizeInMBs and IntervalInSeconds, or neither.")
    }
    return .init(size: size.map { .mebibytes($0) }, interval: interval.map { .seconds($0) })
  }

  private static func naming(_ bucket: WireInput, _ settings: WireInput, version: Int64) -> ObjectNaming {
    var naming = ObjectNaming()
    naming.prefix = bucket.text("Prefix") ?? ""
    naming.errorPrefix = bucket.text("ErrorOutputPrefix")
    naming.fileExtension = settings.text("FileExtension").flatMap { $0.isEmpty ? nil : $0 }
    naming.version = version
    return naming
  }

  private static func setFormat(_ settings: WireInput, of configuration: inout DeliveryConfiguration) {
    let word = settings.text("CompressionFormat") ?? settings.structure("RequestConfiguration")?.text("ContentEncoding")
    let compression = DeliveryConfiguration.Compression(format: word)
    configuration.format = .raw(compression)
    guard let conversion = settings.structure("DataFormatConversionConfiguration"), conversion.isTrue("Enabled") else {
      return
    }
    let serializer = conversion.structure("OutputFormatConfiguration")?.structure("Serializer")
    configuration.format = serializer?.has("OrcSerDe") == true ? .orc(compression) : .parquet(compression)
  }

  private static func zone(_ name: String?) throws(ServiceError) -> TimeZone? {
    guard let name, !name.isEmpty else { return nil }
    guard TimeZone.knownTimeZoneIdentifiers.contains(name) || name == "UTC", let zone = TimeZone(identifier: name)
    else {
      throw .invalidArgument("CustomTimeZone \(name) is not a time zone.")
    }
    return zone
  }

  private static func bucket(_ settings: WireInput) -> String {
    let arn = settings.text("BucketARN") ?? ""
    return arn.split(separator: ":", omittingEmptySubsequences: false).last.map(String.init) ?? ""
  }

  // MARK: What is not done

  private static func obstacle(_ configuration: DeliveryConfiguration, hasAddress: Bool) -> String? {
    guard hasAddress else { return "weir serve finds no domain by its ARN: give ClusterEndpoint or CollectionEndpoint" }
    switch configuration.destination {
    case .s3, .http, .openSearch, .splunk: break
    default: return "weir serve does not deliver to \(configuration.destination.product)"
    }
    switch configuration.format {
    case .raw: return nil
    case .parquet, .orc: return "weir serve does not convert formats"
    }
  }

  /// Without what is not done, with the hints that it has with it.
  private static func running(
    _ whole: DeliveryConfiguration, hasObstacle: Bool, _ limits: LimitsProfile
  ) throws(ServiceError) -> DeliveryConfiguration {
    guard hasObstacle else { return whole }
    var running = whole
    running.buffer = hintsInForce(whole, limits)
    (running.partitioning, running.transform, running.naming) = (nil, nil, ObjectNaming())
    running.format = .raw(.none)
    return running
  }

  /// The hints in force, given or default.
  private static func hintsInForce(
    _ configuration: DeliveryConfiguration, _ limits: LimitsProfile
  ) -> DeliveryConfiguration.Hints {
    guard let stream = try? DeliveryStream(configuration, limits: limits, at: .epoch) else { return .init() }
    return .init(size: stream.bufferSize, interval: stream.bufferInterval)
  }
}
