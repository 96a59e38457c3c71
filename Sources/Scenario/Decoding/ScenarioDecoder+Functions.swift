internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

/// Lambda event source mappings, and workers that crash.
extension ScenarioDecoder {
  static let functionKeys = ["batch_size", "batch_window", "parallelization_factor", "failures", "memory_mb"]

  /// The limits with the account's concurrency as the scenario has it.
  func withConcurrency(_ fields: inout Fields) -> LimitsProfile {
    var limits = limits
    if let most = fields.take("account_concurrency")?.integer(1...1_000_000, expecting: "a number of functions") {
      limits[.lambda.concurrency] = Int64(most)
    }
    return limits
  }

  /// The keys of a mapping and its function.
  func function(_ fields: inout Fields, _ horizon: Horizon?) -> FunctionSpec {
    var function = FunctionSpec()
    if let size = fields.take("batch_size")?.integer(1...10_000, expecting: "AWS's BatchSize") {
      function.batchSize = size
    }
    if let window = fields.take("batch_window").flatMap(window) { function.window = window }
    if let factor = fields.take("parallelization_factor")?.integer(1...10, expecting: "AWS's ParallelizationFactor") {
      function.factor = factor
    }
    if let memory = fields.take("memory_mb")?.integer(128...10_240, expecting: "a memory size in MiB") {
      function.memory = memory
    }
    if let failures = fields.take("failures").flatMap({ failures($0, horizon) }) { function.failures = failures }
    return function
  }

  private func window(_ field: Field) -> Interval? {
    guard let window = field.duration(.zero ... .seconds(300)) else { return nil }
    if window.nanoseconds % 1_000_000_000 == 0 { return window }
    field.refuse(
      "AWS counts a batching window in whole seconds",
      remedy: "write \(short(.seconds(window.nanoseconds / 1_000_000_000 + 1)))")
    return nil
  }

  private func failures(_ field: Field, _ horizon: Horizon?) -> FunctionSpec.Failures? {
    guard var fields = field.map(expecting: "a map such as {batch_error_rate: 0.01}") else { return nil }
    var failures = FunctionSpec.Failures()
    if let rate = fields.take("batch_error_rate")?.number(0...1, expecting: "a share of invocations such as 0.01") {
      failures.errorRate = rate
    }
    failures.poisonAt = fields.take("poison_at").flatMap { moment($0, horizon) }
    let retries = fields.take("max_retries")?.integer(-1...10_000, expecting: "AWS's MaximumRetryAttempts")
    failures.maxRetries = retries.flatMap { $0 < 0 ? nil : $0 }
    if fields.take("bisect")?.flag() == true { failures.batch = .bisected }
    failures.maxRecordAge = fields.take("max_record_age")?.duration(.seconds(60) ... .days(7))
    fields.finish()
    return failures
  }

  /// `consumer_crash`: so many workers of a KCL consumer.
  func crash(_ fields: inout Fields) -> ScheduledEvent.Action? {
    let place = fields.take("target")
    let consumer = target(&fields, names.consumers, "consumer")
    let value = fields.require("value", expecting: "a number of workers")
    guard let consumer, let count = value?.integer(1...10_000, expecting: "a number of workers") else { return nil }
    guard let workers = names.kclWorkers[names.consumers[consumer]] else {
      place?.refuse("only kcl_polling and kcl_efo consumers have workers whose leases others can take")
      return nil
    }
    guard count <= workers else {
      value?.refuse("\(ConfigNode.quoted(names.consumers[consumer])) has \(workers) workers")
      return nil
    }
    return .crashWorkers(consumer: consumer, count: count)
  }
}
