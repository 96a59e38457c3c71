public import KinesisCore

/// Reads a request's body: its operation, its members with their types, its constraints. It knows no state.
public struct RequestReader: Sendable {
  private let limits: LimitsProfile
  private let models: [ServiceModel] = [.kinesis, .firehose, .cloudWatch]

  /// A reader of requests to what obeys these limits.
  public init(_ limits: LimitsProfile) { self.limits = limits }

  /// A request that was read, or why it was not, and how that is answered.
  public enum Request: Sendable {
    case call(ServiceCall.Service, operation: String, WireFormat, ServiceCall.Ask)
    case refused(ServiceError, WireFormat)
  }

  /// Reads a request by its X-Amz-Target and Content-Type headers and its body.
  public func read(target: String?, contentType: String?, body: [UInt8]) -> Request {
    guard let format = WireFormat(contentType: contentType ?? "") else {
      return .refused(ServiceError("UnknownOperationException", nil, status: 404), .json)
    }
    do throws(ServiceError) {
      let (model, operation) = try find(target)
      return .call(
        Self.service(of: model), operation: operation.name, format, try read(body, as: operation, of: model, format))
    } catch {
      return .refused(error, format)
    }
  }

  private static func service(of model: ServiceModel) -> ServiceCall.Service {
    switch model.name {
    case ServiceModel.firehose.name: .firehose
    case ServiceModel.cloudWatch.name: .cloudWatch
    default: .kinesis
    }
  }

  /// The name by which a request's service is signed for; nil for none of them.
  func service(ofTarget target: String?) -> String? {
    let name = (try? find(target))?.0.name
    return name == ServiceModel.cloudWatch.name ? "monitoring" : name
  }

  /// Reads a form of the query protocol: its operation, and its members with their types.
  func read(form body: [UInt8]) -> (operation: String, Request) {
    let model = ServiceModel.cloudWatch
    guard let (operation, value) = QueryProtocol(model: model).read(body),
      let shape = model.operations[operation]?.input
    else { return ("", .refused(ServiceError("InvalidAction", "There is no such action."), .json)) }
    do throws(ServiceError) {
      let typed = try TypeCheck(model: model).check(value, as: shape)
      try ConstraintCheck.check(typed, as: shape, in: model)
      return (operation, .call(.cloudWatch, operation: operation, .json, .members(WireInput(typed))))
    } catch {
      return (operation, .refused(error, .json))
    }
  }

  private func find(_ target: String?) throws(ServiceError) -> (ServiceModel, ServiceModel.Operation) {
    let parts = (target ?? "").split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2, let model = models.first(where: { $0.target == parts[0] }),
      let operation = model.operations[parts[1]]
    else { throw .unknownOperation }
    return (model, operation)
  }

  private func read(
    _ body: [UInt8], as operation: ServiceModel.Operation, of model: ServiceModel, _ format: WireFormat
  ) throws(ServiceError) -> ServiceCall.Ask {
    let isPut = ["PutRecord", "PutRecords", "PutRecordBatch"].contains(operation.name)
    if isPut, format == .json, operation.name == "PutRecords", let batch = PutScanner.read(body, limits) {
      return .put(batch)
    }
    guard let value = format.read(body), case .object = value else { throw .serialization(nil) }
    guard let shape = operation.input else { return .members(WireInput(.object([]))) }
    let typed = try TypeCheck(model: model).check(value, as: shape)
    try ConstraintCheck.check(typed, as: shape, in: model)
    let input = WireInput(typed)
    guard isPut else { return .members(input) }
    let records =
      input.structure("Record").map { [$0] } ?? (input.has("Records") ? input.structures("Records") : [input])
    return .put(PutBatch(input, records, limits))
  }
}
