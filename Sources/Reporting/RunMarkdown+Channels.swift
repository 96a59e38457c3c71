internal import KinesisCore
internal import Models
internal import Units

// What managed deliveries brought to S3.
extension RunMarkdown {
  var channels: String? {
    guard !run.channels.isEmpty else { return nil }
    var table = MarkdownTable([
      ("Channel", .left), ("Stream", .left), ("To", .left), ("Records", .right), ("Size", .right),
      ("Deliveries", .right), ("Mean size", .right), ("Oldest record waited", .right), ("Not yet delivered", .right),
    ])
    for (spec, result) in zip(run.experiment.channels, run.channels) { table.append(row(spec, result)) }
    return "## Delivery channels\n\n"
      + "A channel delivers when the oldest record it holds has waited for its data freshness; it takes no read throughput. "
      + "How long the write itself takes is not published, and none is added; its price is not known here either.\n\n"
      + table.text
  }

  private func row(_ spec: ChannelSpec, _ result: ChannelResult) -> [String] {
    let mean = result.deliveries > 0 ? Bytes(result.bytes.count / Int64(result.deliveries)) : nil
    return [
      Markdown.code(spec.name), Markdown.code(run.experiment.streams[spec.stream].name),
      Markdown.code(spec.destination.rawValue), Figures.count(result.records), Figures.size(result.bytes),
      Figures.count(result.deliveries), mean.map(Figures.size) ?? Figures.nothing,
      result.deliveries > 0 ? Figures.duration(result.freshness) : Figures.nothing, Figures.count(result.heldRecords),
    ]
  }
}
