private let model = "SQS's API model in botocore 1.44.8, 2026-11-20"
private let guide = "SQS Developer Guide, message quotas, 2026"

/// Amazon SQS, which stands beside queues in closed form.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct SQSLimits: Sendable {
  public let messageBytes = Limit(
    "sqs.message_bytes", 1 << 20, "B",
    "bytes of a message, and of all messages of a batch together; 262,144 before 2025-08-04", model, .documented)
  public let messagesPerCall = Limit(
    "sqs.messages_per_call", 10, "messages",
    "messages of a send, receive or delete call", model, .documented)
  public let requestUnit = Limit(
    "sqs.request_unit_bytes", 65_536, "B",
    "bytes of a call's messages that are billed as one request", "awslabs/amazon-sqs-java-extended-client-lib, README",
    .observed)
  public let inFlightStandard = Limit(
    "sqs.in_flight_standard", 120_000, "messages",
    "messages of a standard queue in flight at once, about; then OverLimit", model, .documented)
  public let inFlightFIFO = Limit(
    "sqs.in_flight_fifo", 120_000, "messages",
    "messages of a FIFO queue in flight at once; 20,000 in older documents", model, .documented)
  public let fifoCalls = Limit(
    "sqs.fifo_calls_per_s", 300, "calls/s",
    "calls a second of each action on a FIFO queue without high throughput", guide, .documented)
  public let fifoCallsHigh = Limit(
    "sqs.fifo_high_throughput_calls_per_s", 70_000, "calls/s",
    "the same with high throughput, without batches, in us-east-1, us-west-2 and eu-west-1; less elsewhere", guide,
    .documented)
  public let retention = Limit(
    "sqs.retention_maximum_s", 1_209_600, "s",
    "seconds a message is kept at most; 345,600 unless set", guide, .documented)
}
