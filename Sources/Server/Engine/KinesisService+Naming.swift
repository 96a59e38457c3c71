internal import KinesisCore
internal import Units

/// Which stream, consumer or queue a request means.
extension KinesisService {
  /// The stream of StreamName or StreamARN, of which one has to be there.
  func stream(_ input: WireInput) throws(ServiceError) -> Int {
    let name = input.text("StreamName")
    guard let arn = input.text("StreamARN") else {
      guard let name else { throw .invalidArgument("Either StreamName or StreamARN must be specified.") }
      return try stream(named: name)
    }
    let id = try stream(arn: arn)
    guard name == nil || name == account[id].name else {
      throw .invalidArgument("StreamName \(name ?? "") is not the stream of StreamARN \(arn).")
    }
    return id
  }

  func stream(named name: String) throws(ServiceError) -> Int {
    do throws(Refusal) {
      return try account.stream(named: name)
    } catch {
      throw .notFound("Stream \(name) under account \(place.account) not found.")
    }
  }

  func stream(arn: String) throws(ServiceError) -> Int {
    guard case .stream(let name) = place.resource(arn) else {
      throw .notFound("Stream \(arn) under account \(place.account) not found.")
    }
    return try stream(named: name)
  }

  /// The stream that an entry of StreamFilter means; nil when it is not there. Which error AWS has for that is not known: its model
  /// lists none for ListQueues and ListChannels, so nothing is of it.
  func stream(ofFilter filter: WireInput) -> Int? {
    guard let id = try? stream(filter), (try? checkCreation(filter, of: id)) != nil else { return nil }
    return id
  }

  /// A consumer by its stream and its position there.
  struct ConsumerPlace: Sendable, Hashable {
    var stream: Int, position: Int
  }

  /// The consumer of ConsumerARN, or of StreamARN and ConsumerName.
  func consumer(_ input: WireInput) throws(ServiceError) -> ConsumerPlace {
    if let arn = input.text("ConsumerARN") { return try consumer(arn: arn) }
    guard let arn = input.text("StreamARN"), let name = input.text("ConsumerName") else {
      throw .invalidArgument("Either ConsumerARN, or StreamARN and ConsumerName, must be specified.")
    }
    let stream = try stream(arn: arn)
    guard let position = account[stream].consumer(named: name) else {
      throw .notFound("Consumer \(name), stream \(account[stream].name) under account \(place.account) not found.")
    }
    return ConsumerPlace(stream: stream, position: position)
  }

  func consumer(arn: String) throws(ServiceError) -> ConsumerPlace {
    guard case .consumer(let name, let stream, let created) = place.resource(arn) else {
      throw .notFound("Consumer \(arn) under account \(place.account) not found.")
    }
    let id = try self.stream(named: stream)
    guard let position = account[id].consumer(named: name),
      directory[id].consumers[position]?.created.seconds == created
    else { throw .notFound("Consumer \(arn) under account \(place.account) not found.") }
    return ConsumerPlace(stream: id, position: position)
  }

  func consumerARN(_ consumer: ConsumerPlace) -> String {
    let stream = account[consumer.stream]
    let created = directory[consumer.stream].consumers[consumer.position]?.created ?? .epoch
    return place.consumerARN(
      stream.consumers[consumer.position].name, of: stream.name, created: created.seconds)
  }

  /// The queue of QueueARN.
  func queue(_ input: WireInput) throws(ServiceError) -> Directory.QueueNote {
    let arn = input.text("QueueARN") ?? ""
    guard case .queue(let id) = place.resource(arn), let note = directory.queue(id),
      account.streamIDs.contains(note.stream), account[note.stream].queues[note.position].status != .deleted
    else { throw .notFound("Queue \(arn) not found.") }
    return note
  }

  /// A text that AWS's NextToken is: what it goes on with and when it was given out. Valid for five minutes.
  static let tokenLifetime = Interval.seconds(300)

  func token(_ kind: String, _ place: String) -> String {
    var text: [UInt8] = []
    Base64.encode(Array("\(kind)\n\(now.nanoseconds)\n\(place)".utf8), into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// What a token goes on with.
  func read(token: String, _ kind: String) throws(ServiceError) -> String {
    let (issued, place) = try open(token, kind)
    guard now - issued <= Self.tokenLifetime else { throw .expiredToken }
    return place
  }

  static let foreignToken = ServiceError.invalidArgument("NextToken is not one that was given out.")

  /// When a token was given out, and what it goes on with, however old it is.
  func open(_ token: String, _ kind: String) throws(ServiceError) -> (issued: Instant, place: String) {
    var bytes: [UInt8] = []
    guard Base64.decode(Array(token.utf8), into: &bytes), let text = String(validating: bytes, as: UTF8.self) else {
      throw Self.foreignToken
    }
    let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == kind, let issued = Int64(parts[1]) else { throw Self.foreignToken }
    return (Instant(nanoseconds: issued), String(parts[2]))
  }
}
