/// Which keys of a consumer mean something for which type: the one place that says so.
public enum ConsumerKeys {
  /// The types of consumers, as a scenario names them.
  static let types = [
    "sdk_polling", "kcl_polling", "kcl_efo", "lambda_polling", "lambda_efo", "managed_flink", "firehose", "queue",
  ]

  /// The keys of one type that mean nothing for another, with what a mistake is told they do not apply to.
  static func foreign(to type: String) -> [(keys: [String], what: String)] {
    let isFunction = type.hasPrefix("lambda_"), isFlink = type == "managed_flink", isQueue = type == "queue"
    let plain = "type \(type)", readers = ["poll_interval", "max_records"], workers = ["workers", "concurrency"]
    var foreign: [(keys: [String], what: String)] = []
    if type == "firehose" {
      foreign.append(
        (readers + workers + ["service"], "type firehose, which reads each shard once a second"))
    }
    if !isFunction { foreign.append((ScenarioDecoder.functionKeys.filter { !isQueue || $0 != "failures" }, plain)) }
    if !isQueue { foreign.append((ScenarioDecoder.queueKeys, plain)) }
    if isQueue { foreign.append((workers + readers, "type queue, which reads no shards")) }
    if !isFlink { foreign.append((ScenarioDecoder.flinkKeys, plain)) }
    if !type.hasPrefix("kcl_") { foreign.append((["checkpoint_every", "kcl"], plain)) }
    if isFlink { foreign.append((workers + ["service"], plain)) }
    if isFunction { foreign.append((workers + readers, plain)) }
    if type == "kcl_efo" { foreign.append((readers, plain)) }
    if type != "sdk_polling" { foreign.append((["sdk", "sdk_retry"], "\(plain), which polls in its own way")) }
    return foreign
  }

  /// Keys that a consumer of a type may not have, by name.
  public static func withoutMeaning(in type: String) -> [String] { foreign(to: type).flatMap(\.keys) }
}
