internal import Foundation
internal import Planning
internal import Reporting
internal import Scenario

/// The page to play with: what a browser asks, and what it is answered. It knows no sockets, and of Kinesis only what the library says.
public struct Site: Sendable {
  /// The most bytes of a request's body.
  public static let mostBytes = 48 << 20

  private let gate: Gate
  private let assets: Assets
  private let scenarios = ScenarioDesk()
  private let runs: RunDesk
  private let imports: ImportDesk
  /// The scenario that the page opens with, and the file it is, by which paths in it are found.
  private let text: String, file: String
  /// What to do to see all pictures; nil when they can be drawn.
  private let advice: String?

  /// A page that opens with a scenario.
  ///
  /// `token` is the first part of every path; `script` the renderer's, nil where none is set up, and then `advice` says what to do;
  /// `folder` an empty directory of this process for imported files; `workers` how many simulations run at once.
  public init(
    text: String, file: String, token: String, script: String?, advice: String?, folder: String, workers: Int
  ) {
    (self.text, self.file, self.advice) = (text, file, script == nil ? advice : nil)
    gate = Gate(token: token)
    assets = Assets(script: script)
    runs = RunDesk(workers: workers)
    imports = ImportDesk(folder: folder)
  }

  /// Answers a request.
  public func answer(_ call: PageCall) async -> PageAnswer {
    do throws(AskFault) {
      let path = try gate.enter(call)
      guard call.body.count <= Self.mostBytes else { return Self.tooLarge }
      guard path.hasPrefix("/") else {
        return PageAnswer(308, "text/plain", .whole([]), [(name: "Location", value: "/\(gate.token)/")])
      }
      return try await answer(call, path.split(separator: "/").map(String.init))
    } catch {
      return .refusal(error)
    }
  }

  /// Why a request is refused whatever its body holds, so that the body of a stranger is never gathered; nil when it may come in.
  public func refusal(ofHead call: PageCall) -> PageAnswer? {
    do throws(AskFault) {
      _ = try gate.enter(call)
      return nil
    } catch {
      return .refusal(error)
    }
  }

  /// What a body is answered that is larger than the page takes.
  public static var tooLarge: PageAnswer { .refusal(AskFault(413, "More than \(mostBytes >> 20) MiB at once.")) }

  private func answer(_ call: PageCall, _ path: [String]) async throws(AskFault) -> PageAnswer {
    guard path.first == "api" else {
      guard call.method == "GET" else { throw AskFault(405, "Files are asked for with GET.") }
      guard path.count <= 1, let file = assets[path.first ?? ""] else { throw AskFault(404, "There is no such file.") }
      return file
    }
    switch (call.method, Array(path.dropFirst())) {
    case ("GET", ["start"]): return await start
    case ("GET", let rest) where rest.count == 2 && rest[0] == "templates": return try template(rest[1])
    case ("GET", let rest) where rest.count == 3 && rest[0] == "imports": return try await imported(rest[1], rest[2])
    case ("GET", let rest) where rest.first == "runs" && rest.count > 1:
      return try await run(rest[1], Array(rest.dropFirst(2)))
    case ("POST", ["scenario"]): return try await scenario(call)
    case ("POST", ["import"]): return .json(try await imports.take(call.read(ImportAsk.self)))
    case ("POST", ["runs"]): return try await begin(call)
    case ("POST", let rest) where rest.count == 3 && rest[0] == "runs" && rest[2] == "cancel":
      return try await cancel(rest[1])
    default: throw AskFault(404, "There is no such question: \(call.method) \(path.joined(separator: "/").prefix(100))")
    }
  }

  /// Ends what is under way, and tells those who look on.
  public func stop() async { await runs.stop() }

  // MARK: Scenarios

  private var start: PageAnswer {
    get async {
      .json(
        JSONValue([
          "text": text, "base": "given", "advice": advice, "running": await runs.current,
          "templates": Template.allCases.map(\.rawValue), "missing": MissingBins.allCases.map(\.rawValue),
          "most_replications": RunOrder.mostReplications,
        ]))
    }
  }

  private func template(_ name: String) throws(AskFault) -> PageAnswer {
    guard let template = Template(rawValue: name) else { throw AskFault(404, "There is no such template.") }
    return .json(JSONValue(["text": template.text, "base": "given"]))
  }

  /// The file that a text stands in: paths in it are relative to that.
  private func file(_ base: String) async throws(AskFault) -> String {
    if base == "given" { return file }
    guard let file = await imports.file(base) else {
      throw AskFault(410, "The imported files are gone: import them again.")
    }
    return file
  }

  private func scenario(_ call: PageCall) async throws(AskFault) -> PageAnswer {
    let ask = try call.read(ScenarioAsk.self)
    return .json(try scenarios.answer(ask, file: try await file(ask.base)))
  }

  private func imported(_ base: String, _ name: String) async throws(AskFault) -> PageAnswer {
    guard let text = await imports.contents(base, name) else { throw AskFault(404, "There is no such file.") }
    return .download(text, type: "text/plain; charset=utf-8", name: name)
  }

  // MARK: Runs

  private func begin(_ call: PageCall) async throws(AskFault) -> PageAnswer {
    // Before anything is read: what cannot begin costs nothing.
    try await runs.checkFree()
    let ask = try call.read(RunAsk.self)
    var files: [String: String] = [:]
    for design in ask.designs.prefix(RunOrder.mostDesigns + 1) { files[design.base] = try await file(design.base) }
    let order = try RunOrder(ask) { files[$0] ?? file }
    return .json(JSONValue(["id": try await runs.begin(order, drawn: assets.canDraw)]), status: 201)
  }

  private func cancel(_ id: String) async throws(AskFault) -> PageAnswer {
    guard let number = Int(id), await runs.cancel(number) else {
      throw AskFault(404, "There is no run \(id.prefix(20)).")
    }
    return .nothing
  }

  private func run(_ id: String, _ rest: [String]) async throws(AskFault) -> PageAnswer {
    let gone = AskFault(404, "There is no run \(id.prefix(20)), or no longer.")
    guard let number = Int(id) else { throw gone }
    if rest == ["events"] {
      guard let events = await runs.events(number) else { throw gone }
      return PageAnswer(200, "text/event-stream", .events(events))
    }
    guard let (results, isOver) = await runs.results(number) else { throw gone }
    switch rest {
    case []: return .json(results.value(isOver: isOver))
    case ["comparison.html"]:
      guard let page = results.comparisonPage(script: assets.renderer) else { throw gone }
      return .download(page, type: "text/html; charset=utf-8", name: "compare.html")
    default:
      guard rest.count == 2, let design = Int(rest[0]), let file = results.file(rest[1], of: design, assets.renderer)
      else { throw gone }
      return file
    }
  }
}
