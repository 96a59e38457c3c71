internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

extension ScenarioDecoder {
  /// Managed deliveries, in the order of the file; what AWS would refuse is refused with its reason.
  func channels(_ fields: inout Fields, streams: [StreamSpec?]) -> [ChannelSpec] {
    guard let map = fields.take("channels")?.map(expecting: "a map of channels") else { return [] }
    guard map.entries.count <= Self.maximumParts else {
      map.refuse("more than \(Self.maximumParts) entries")
      return []
    }
    var channels: [ChannelSpec] = []
    for entry in map.entries {
      let field = Field(node: entry.value, path: map.path(of: entry.key), sink: sink)
      guard let spec = field.map().flatMap({ channel($0, name: entry.key) }) else { continue }
      if let refusal = refusal(of: spec, beside: channels, streams: streams) {
        field.refuse("AWS refuses it: \(refusal.code): \(refusal.message)")
      }
      channels.append(spec)
    }
    return channels
  }

  private func channel(_ map: Fields, name: String) -> ChannelSpec? {
    var fields = map
    let stream = fields.require("source", expecting: "the name of a stream")
      .flatMap { position($0, among: names.streams, what: "stream") }
    let destinations = DeliveryChannel.Destination.allCases
    let expected = "one of \(destinations.map(\.rawValue).joined(separator: ", "))"
    let destination = fields.require("destination", expecting: expected)?
      .choice(destinations.map(\.rawValue), what: "destination").flatMap { DeliveryChannel.Destination(rawValue: $0) }
    let range = Interval.seconds(limits[.channel.freshnessMinimum]) ... .seconds(limits[.channel.freshnessMaximum])
    let field = fields.take("data_freshness")
    let freshness = field.map { $0.duration(range) } ?? .seconds(limits[.channel.freshnessDefault])
    fields.finish()
    guard let stream, let destination, let freshness else { return nil }
    guard freshness.nanoseconds % Interval.seconds(1).nanoseconds == 0 else {
      field?.fail(expected: "whole seconds")
      return nil
    }
    return ChannelSpec(name: name, stream: stream, destination: destination, freshness: freshness)
  }

  private func refusal(
    of spec: ChannelSpec, beside channels: [ChannelSpec], streams: [StreamSpec?]
  ) -> Refusal? {
    guard streams.indices.contains(spec.stream), let stream = streams[spec.stream] else { return nil }
    let others = channels.filter { $0.stream == spec.stream }.map(\.destination)
    do throws(Refusal) {
      try DeliveryChannel.check(
        spec.destination, freshness: spec.freshness, on: stream.capacity.mode.mode, beside: others, limits: limits)
      return nil
    } catch {
      return error
    }
  }
}
