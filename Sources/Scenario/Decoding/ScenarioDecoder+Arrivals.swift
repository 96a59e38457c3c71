internal import Experiment
internal import Models
internal import Units

extension ScenarioDecoder {
  private static let patterns = ["paced", "poisson", "mmpp", "batch", "trace"]

  /// How records fall around the rate; nil when that was not to be decided.
  func arrivals(_ fields: inout Fields, rate: DecodedRate?) -> ArrivalPattern? {
    let field = fields.take("arrivals")
    let burst = fields.take("burst")
    let name = field?.choice(Self.patterns, what: "arrivals")
    if field != nil, name == nil { return nil }
    if let burst, name != "mmpp", name != "batch" {
      burst.refuse("burst applies to arrivals mmpp and batch only", remedy: "say arrivals: batch, or remove it")
    }
    guard let rate, agree(field, name, rate) else { return nil }
    switch name {
    case "paced": return .paced
    case "poisson": return .poisson
    case "trace": return .trace
    case "mmpp": return bursts(burst, field, "mmpp").flatMap(mmpp)
    case "batch": return bursts(burst, field, "batch").flatMap(batch)
    default: return rate.isEvents ? .trace : rate.withinBin?.pattern ?? .poisson
    }
  }

  private func bursts(_ burst: Field?, _ arrivals: Field?, _ name: String) -> Fields? {
    guard let burst else {
      arrivals?.refuse("arrivals \(name) needs a map \"burst\"")
      return nil
    }
    return burst.map()
  }

  /// Whether `arrivals` and the curve can go together.
  private func agree(_ field: Field?, _ name: String?, _ rate: DecodedRate) -> Bool {
    guard let field, let name else { return true }
    if rate.isEvents, name != "trace" {
      let place = rate.field.place.seen(from: field.place)
      field.refuse("a trace of events (\(place)) says itself when records arrive", remedy: "remove arrivals")
      return false
    }
    if !rate.isEvents, name == "trace" {
      field.refuse("arrivals trace needs a rate that is a trace of events, with columns t_s,key,bytes")
      return false
    }
    if let within = rate.withinBin, within.field.text == "nhpp" {
      if name == "poisson" { return true }
      let place = within.field.place.seen(from: field.place)
      field.refuse("arrivals \(name) contradicts curve nhpp (\(place)), a Poisson process", remedy: "remove arrivals")
      return false
    }
    if let within = rate.withinBin, name != within.field.text {
      let place = within.field.place.seen(from: field.place)
      field.refuse(
        "arrivals \(name) contradicts within_bin \(within.field.text ?? "") (\(place))", remedy: "remove one")
      return false
    }
    return true
  }

  private func mmpp(_ map: Fields) -> ArrivalPattern? {
    var fields = map
    let on = length("on", &fields)
    let off = length("off", &fields)
    let factor = factor(&fields)
    fields.inapplicable(["every", "jitter"], to: "arrivals mmpp")
    fields.finish()
    guard let on, let off, let factor else { return nil }
    let most = Double(on.nanoseconds + off.nanoseconds) / Double(on.nanoseconds)
    guard checkFactor(factor, atMost: most, "on \(on) and off \(off)") else { return nil }
    return .mmpp(on: on, off: off, factor: factor.value)
  }

  private func batch(_ map: Fields) -> ArrivalPattern? {
    var fields = map
    let every = length("every", &fields)
    let on = length("on", &fields)
    let factor = factor(&fields)
    let jitterField = fields.take("jitter")
    let jitter = jitterField?.duration(.zero ... .longest) ?? .zero
    fields.inapplicable(["off"], to: "arrivals batch")
    fields.finish()
    guard let every, let on, let factor else { return nil }
    guard on <= every else {
      contradict("on", "is longer than", "every", fields)
      return nil
    }
    let most = Double(every.nanoseconds) / Double(on.nanoseconds)
    guard checkFactor(factor, atMost: most, "on \(on) of every \(every)") else { return nil }
    if let jitterField, jitter > every - on {
      jitterField.refuse(
        "jitter \(short(jitter)) with on \(on) does not fit into every \(every): at most \(short(every - on))")
      return nil
    }
    return .batch(every: every, on: on, factor: factor.value, jitter: jitter)
  }

  private func length(_ key: String, _ fields: inout Fields) -> Interval? {
    fields.require(key, expecting: "a duration such as 4s")?.duration(.shortest ... .longest)
  }

  private func factor(_ fields: inout Fields) -> (value: Double, field: Field)? {
    guard let field = fields.require("factor", expecting: "a factor such as 8"),
      let value = field.number(1...1e9, expecting: "a factor of at least 1, such as 8")
    else { return nil }
    return (value, field)
  }

  /// A burst that carries more than everything would leave less than nothing for the rest.
  private func checkFactor(_ factor: (value: Double, field: Field), atMost most: Double, _ cycle: String) -> Bool {
    if factor.value <= most { return true }
    let bound = (most * 1_000).rounded(.down) / 1_000
    factor.field.refuse(
      "factor \(plain(factor.value)) with \(cycle) cannot keep the mean: at most \(plain(bound))",
      remedy: "lower factor to \(plain(bound)) or shorten on")
    return false
  }
}
