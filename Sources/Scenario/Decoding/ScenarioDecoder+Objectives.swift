internal import Experiment
internal import Models
internal import Pricing
internal import Units

extension ScenarioDecoder {
  func objectives(_ fields: inout Fields, horizon: Horizon?) -> [Objective] {
    guard let items = fields.take("slo")?.list(atMost: Self.maximumObjectives, expecting: "a list of objectives") else {
      return []
    }
    var seen: [String: Place] = [:]
    return items.compactMap { item in
      guard let map = item.map(expecting: "a map with expr") else { return nil }
      let id = map.entries.first { $0.key == "id" }.map { Field(node: $0.value, path: map.path(of: "id"), sink: sink) }
      let objective = self.objective(map, horizon: horizon)
      let name = id?.text ?? objective?.expression
      if let name, let first = seen[name] {
        (id ?? item).refuse("\(ConfigNode.quoted(name)) is an objective already, see \(first.seen(from: item.place))")
      }
      if let name, seen[name] == nil { seen[name] = (id ?? item).place }
      return objective
    }
  }

  private func objective(_ map: Fields, horizon: Horizon?) -> Objective? {
    var fields = map
    let id = fields.take("id")?.string(expecting: "a name")
    let field = fields.require("expr", expecting: ObjectiveExpression.grammar)
    let window = fields.take("window").flatMap { self.window($0, horizon: horizon) }
    let severity = fields.take("severity")?.choice(["fail", "warn"], what: "severity") ?? "fail"
    let because = fields.take("because")?.string()
    fields.finish()
    guard let field, let text = field.string(expecting: ObjectiveExpression.grammar) else { return nil }
    guard let expression = ObjectiveExpression(text) else {
      field.fail(expected: ObjectiveExpression.grammar)
      return nil
    }
    guard let (metric, statistic, threshold) = resolve(expression, field) else { return nil }
    if window != nil {
      switch metric {
      case .monthlyCost: field.refuse("a cost has no windows", remedy: "remove window")
      case .figure: field.refuse("what is looked at when the run ends has no windows", remedy: "remove window")
      default: break
      }
    }
    return Objective(
      id: id ?? text, expression: text, metric: metric, statistic: statistic, comparison: expression.comparison,
      threshold: threshold, window: window, severity: severity == "warn" ? .warn : .fail, because: because)
  }

  private func window(_ field: Field, horizon: Horizon?) -> Interval? {
    guard let window = field.duration(.shortest ... .longest) else { return nil }
    guard window.nanoseconds % Interval.seconds(1).nanoseconds == 0 else {
      field.fail(expected: "whole seconds")
      return nil
    }
    if let horizon, window > horizon.duration - horizon.warmup {
      let run = "\(short(horizon.duration - horizon.warmup))"
      field.refuse("window \(window) is longer than the run without its warm-up, \(run)")
    }
    return window
  }

  private func resolve(
    _ expression: ObjectiveExpression, _ field: Field
  ) -> (Objective.Metric, Objective.Statistic, Double)? {
    if expression.metric == MetricCatalogue.monthlyCost { return cost(expression, field) }
    guard let metric = MetricCatalogue.asked.first(where: { $0.name == expression.metric }) else {
      let known = MetricCatalogue.asked.map(\.name) + [MetricCatalogue.monthlyCost]
      let remedy = sink.nearest(expression.metric, among: known)
      field.refuse(
        "there is no metric \(ConfigNode.quoted(expression.metric))",
        remedy: remedy ?? "metrics are \(known.joined(separator: ", "))")
      return nil
    }
    let subject = self.subject(expression, metric, field)
    let statistic = metric.statistic(expression.statistic)
    if statistic == nil { refuseStatistic(expression, metric, field) }
    let threshold = metric.base(expression.number, expression.unit)
    if threshold == nil {
      let shown = ConfigNode.quoted("\(plain(expression.number)) \(expression.unit)")
      field.refuse("\(metric.name) is compared with \(metric.threshold), found \(shown)")
    }
    guard let subject, let statistic, let threshold else { return nil }
    return (metric.metric(of: subject.first), statistic, threshold)
  }

  /// `cost_month(scope=total).last < 3500 USD`; the scope may be a stream, consumer or firehose as well.
  private func cost(
    _ expression: ObjectiveExpression, _ field: Field
  ) -> (Objective.Metric, Objective.Statistic, Double)? {
    let scope = costScope(expression, field)
    if let statistic = expression.statistic, statistic != "last" {
      field.refuse("cost_month has no statistic \(ConfigNode.quoted(statistic))", remedy: "say last")
    }
    guard expression.unit == "USD" else {
      let shown = ConfigNode.quoted("\(plain(expression.number)) \(expression.unit)")
      field.refuse("cost_month is compared with US dollars such as 3500 USD, found \(shown)")
      return nil
    }
    return scope.map { (.monthlyCost(scope: $0.first), .last, expression.number) }
  }

  /// The bill's scope; empty for all of it; nil when there is no such thing.
  private func costScope(_ expression: ObjectiveExpression, _ field: Field) -> [Scope]? {
    guard let argument = expression.argument, argument.name != "*" else { return [] }
    if argument.key == "scope", argument.name == "total" { return [] }
    let known: [(kind: Scope.Kind, names: [String])] = [
      (.stream, names.streams), (.consumer, names.consumers), (.firehose, names.firehoses),
    ]
    guard let (kind, all) = known.first(where: { $0.kind.rawValue == argument.key }) else {
      field.refuse("cost_month is of scope=total, a stream, a consumer or a firehose: cost_month(stream=NAME)")
      return nil
    }
    if all.contains(argument.name) { return [Scope(kind, argument.name)] }
    let list = all.isEmpty ? "there are none" : "\(kind.rawValue)s are \(all.prefix(8).joined(separator: ", "))"
    field.refuse(
      "there is no \(kind.rawValue) \(ConfigNode.quoted(argument.name))",
      remedy: sink.nearest(argument.name, among: all) ?? list
    )
    return nil
  }

  private func refuseStatistic(_ expression: ObjectiveExpression, _ metric: AskedMetric, _ field: Field) {
    let shown = expression.statistic.map { "no statistic \(ConfigNode.quoted($0))" } ?? "more than one statistic"
    let choices = metric.statistics.map { $0 == "pXX" ? "p50, p99, p99_9 (above 0, below 100)" : $0 }
    field.refuse("\(metric.name) has \(shown)", remedy: "say one of \(choices.joined(separator: ", "))")
  }

  /// The thing meant; empty for all; nil when there is no such thing.
  private func subject(
    _ expression: ObjectiveExpression, _ metric: AskedMetric, _ field: Field
  ) -> [(position: Int, name: String)]? {
    let what = metric.subject.rawValue
    guard let argument = expression.argument else {
      if metric.naming == .optional { return [] }
      let example = names(of: metric.subject).first ?? "NAME"
      field.refuse("\(metric.name) needs a \(what): \(metric.name)(\(what)=\(example))")
      return nil
    }
    guard argument.key == what else {
      field.refuse("\(metric.name) is of a \(what): \(metric.name)(\(what)=\(argument.name))")
      return nil
    }
    if argument.name == "*", metric.naming == .optional { return [] }
    let known = names(of: metric.subject)
    if let index = known.firstIndex(of: argument.name) { return [(index, argument.name)] }
    let list = known.isEmpty ? "there are none" : "\(what)s are \(known.prefix(8).joined(separator: ", "))"
    field.refuse(
      "there is no \(what) \(ConfigNode.quoted(argument.name))",
      remedy: sink.nearest(argument.name, among: known) ?? list)
    return nil
  }

  private func names(of subject: MetricSubject) -> [String] {
    switch subject {
    case .stream: names.streams
    case .producer: names.producers
    case .consumer: names.consumers
    case .firehose: names.firehoses
    case .run, .channel, .objective, .bill: []
    }
  }
}
