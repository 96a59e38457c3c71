internal import KinesisCore
internal import Units

/// What a channel's configuration comes to: which records it delivers, how its objects are called, written and stored.
struct ChannelPlan: Sendable {
  /// RecordFormatType, as far as S3 takes it.
  enum Format: String, Sendable {
    case json = "JSON"
    case string = "STRING"
    case bytes = "BYTE_ARRAY"
  }

  /// A bucket and how its objects are called.
  private struct Place: Sendable {
    let bucket: String, owner: String
    /// What stands ahead of the template's keys.
    var prefix = ""
    let template: ChannelKeyTemplate
  }

  /// What makes keys unique: as long as the channel is.
  private let identity: String
  private let streamARN: String
  private let format: Format
  private let objects: Place, letters: Place
  private let packing: Packing
  private let storageClass: String

  /// The part of a dead letter's key behind the prefix; AWS says no more than that there is one.
  private static let letterTemplate =
    "!{yyyy}/!{MM}/!{dd}/!{HH}/!{channel-name}-!{channel-id}-!{yyyy}-!{MM}-!{dd}-!{HH}-!{mm}"

  /// A channel's plan; a refusal where AWS would refuse it.
  init(
    _ settings: ChannelSettings, name: String, identity: String, stream: String, streamARN: String,
    _ limits: LimitsProfile
  ) throws(ServiceError) {
    packing = Packing(channel: settings.compression)
    var names = ChannelKeyTemplate.Names(
      channel: name, id: identity, stream: stream, fileExtension: packing.fileExtension)
    func template(_ text: String) throws(ServiceError) -> ChannelKeyTemplate {
      try KinesisService.checking { () throws(Refusal) in try ChannelKeyTemplate(text, names, limits: limits) }
    }
    objects = Place(
      bucket: settings.bucket.name, owner: settings.bucket.owner, template: try template(settings.keyTemplate))
    // Dead letters are not compressed.
    names.fileExtension = ""
    letters = Place(
      bucket: settings.letters.name, owner: settings.letters.owner, prefix: settings.letterPrefix,
      template: try template(Self.letterTemplate))
    guard let format = Format(rawValue: settings.format) else {
      throw .validation("RecordFormatType \(settings.format) is not supported for S3DestinationConfiguration.")
    }
    (self.format, self.identity, self.streamARN, storageClass) = (format, identity, streamARN, settings.storageClass)
  }

  /// A record, with why it is a dead letter where it is not what the record format says.
  func checked(_ item: Cargo.Item, at now: Instant) -> Cargo.Item {
    let isFine =
      switch format {
      case .bytes: true
      case .string: String(validating: item.record.data, as: UTF8.self) != nil
      case .json: JSONReader.read(Array(item.record.data)) != nil
      }
    guard !isFine else { return item }
    let what = format == .json ? "JSON" : "UTF-8"
    return item.failing(
      .init(code: "InvalidRecordFormat", message: "The record is not valid \(what).", attempts: 1, at: now))
  }

  /// The shipment of an attempt. Equal records have equal keys, so that what is delivered twice lies there once.
  func shipment(
    _ id: Shipment.ID, _ records: [PayloadStore.Record], _ letters: [Cargo.Item], since: Instant
  ) -> Shipment {
    let isLetters = !letters.isEmpty, place = isLetters ? self.letters : objects
    let unique = "-" + GeneratedID.uuid("channel/\(identity)/\(id.first)/\(isLetters)")
    let key = place.prefix + place.template.key(at: since, unique: unique)
    var headers = [OutgoingRequest.Header(name: "x-amz-expected-bucket-owner", value: place.owner)]
    if !isLetters { headers.append(.init(name: "x-amz-storage-class", value: storageClass)) }
    let content = Shipment.Content(
      items: letters, numbers: [], form: isLetters ? .deadLetters(streamARN) : .plain(records))
    return Shipment(
      id: id, target: .object(bucket: place.bucket, key: key), content: content,
      packing: isLetters ? .delivery(.none) : packing, headers: headers)
  }
}
