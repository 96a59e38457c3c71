internal import Models

// What producers' client libraries did, and what of it is assumed.
extension RunMarkdown {
  /// A table of them, when there is something to tell.
  var libraries: String {
    let rows = run.producers.compactMap { producer in producer.client.map { (producer, $0) } }
    guard !rows.isEmpty else { return "" }
    var table = MarkdownTable(
      "Client library",
      numbers: [
        "Kinesis records sent", "User records in each", "Wrong shard", "Calls failed", "Sent again by the SDK",
        "Given up by the SDK", "Stored twice",
      ])
    for (producer, client) in rows {
      let factor = client.kinesisRecords > 0 ? Figures.number(client.aggregationFactor) : Figures.nothing
      let sent = client.kinesisRecords > 0 ? Figures.count(client.kinesisRecords) : Figures.nothing
      let counts = [client.wrongShard, client.failedCalls, client.sdkRetries, client.sdkGaveUp, producer.duplicates]
      table.append([Markdown.code(producer.name), sent, factor] + counts.map { Figures.count($0) })
    }
    return "\n" + table.text
  }

  /// What was assumed of the libraries that are there.
  var libraryChoices: [String] {
    let clients = run.experiment.producers.map(\.batching)
    let isLibrary = clients.contains { if case .kpl = $0 { true } else { false } }
    var choices: [String] = []
    if isLibrary {
      choices.append(
        "The Kinesis Producer Library is built after its source, version 1.0.7. Streams count Kinesis records, producers and "
          + "consumers user records. A refused record is packed again before new ones; the shards are listed again 100 ms "
          + "after one was found closed.")
    }
    if clients.contains(.agent) {
      choices.append(
        "The Kinesis Agent backs each buffer off by itself; its source reads on when one of 100 buffers is free.")
    }
    return choices
  }
}
