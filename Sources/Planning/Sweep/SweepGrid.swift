public import Scenario

/// All combinations of the parameters' values; the last parameter changes fastest.
public struct SweepGrid: Sendable, Hashable {
  /// The most combinations.
  public static let maximumPoints = 10_000

  /// The parameters, in the order given; at least one.
  public let parameters: [SweepParameter]
  /// How many combinations there are.
  public let count: Int

  /// The grid of `parameters` as the command line gives them; throws everything that is wrong with them at once.
  public init(arguments: [String]) throws(ScenarioFailure) {
    var parameters: [SweepParameter] = [], flaws: [Diagnostic] = []
    for argument in arguments {
      do throws(Diagnostic) { parameters.append(try SweepParameter(argument: argument)) } catch { flaws.append(error) }
    }
    for position in parameters.indices
    where parameters[..<position].contains(where: { $0.path == parameters[position].path }) {
      flaws.append(
        Diagnostic(
          place: SweepParameter.place, path: parameters[position].path, message: "the parameter is given twice",
          remedy: "give all its values at once"))
    }
    // The product is cut off where it is too large, so that it cannot overflow.
    count = parameters.reduce(1) { min($0 * $1.values.count, Self.maximumPoints + 1) }
    if count > Self.maximumPoints {
      flaws.append(
        Diagnostic(
          place: SweepParameter.place, path: "", message: "more than \(Self.maximumPoints) combinations",
          remedy: "give larger steps or fewer parameters"))
    }
    self.parameters = parameters
    guard flaws.isEmpty else { throw .invalid(flaws) }
  }

  /// The settings of a combination, one for each parameter, in their order.
  public func settings(at position: Int) -> [Setting] {
    var rest = position
    let reversed = parameters.reversed().map { parameter in
      let value = parameter.values[rest % parameter.values.count]
      rest /= parameter.values.count
      return Setting(path: parameter.path, value: value, place: SweepParameter.place)
    }
    return reversed.reversed()
  }
}
