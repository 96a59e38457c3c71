internal import Experiment
internal import Foundation
internal import Planning
internal import Reporting
internal import Scenario
internal import Units

/// Recorded traffic that was dropped on the page: read by the code of `weir trace`, kept in a folder of this process.
actor ImportDesk {
  /// The most files at once, and the most imports that are kept.
  private static let mostFiles = 32, mostKept = 8

  private let folder: String
  private var last = 0

  init(folder: String) { self.folder = folder }

  /// The scenario's file of an import; nil when it is not known.
  func file(_ base: String) -> String? {
    guard let number = Self.number(base), number <= last, number > last - Self.mostKept else { return nil }
    return "\(directory(number))/scenario.yaml"
  }

  /// A file that belongs to the scenario of an import; nil when there is none.
  func contents(_ base: String, _ name: String) -> String? {
    guard let file = file(base), !name.contains("/"), !name.hasPrefix(".") else { return nil }
    let path = InputFile.resolve(name, in: String(file.dropLast("/scenario.yaml".count)))
    return (try? InputFile.read(path, limit: InputFile.traceLimit)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Reads the files; the scenario they make, what it says of them, and where it is kept.
  func take(_ ask: ImportAsk) throws(AskFault) -> JSONValue {
    guard (1...Self.mostFiles).contains(ask.files.count) else {
      throw AskFault(400, "Drop 1 to \(Self.mostFiles) files.")
    }
    guard (1...10_000).contains(ask.shards ?? 1) else { throw AskFault(400, "Shards: 1 to 10000.") }
    guard (1...3_600).contains(ask.burst ?? 1) else { throw AskFault(400, "The burst is a factor from 1 to 3600.") }
    let length = ask.burstFor.flatMap { try? Quantity.interval($0) }
    guard ask.burstFor == nil || ask.burst != nil && length != nil else {
      throw AskFault(400, "How long the burst lasts is a duration such as 2s, beside its factor.")
    }
    guard let missing = ask.missing.map({ MissingBins(rawValue: $0) }) ?? .refuse else {
      throw AskFault(400, "What stands for missing bins is one of \(MissingBins.allCases.map(\.rawValue)).")
    }
    let number = last + 1, input: TraceInput
    let paths = try keep(ask.files, in: "\(directory(number))/given")
    let isKeys = ask.files.map { $0.isKeys == true }
    do throws(ScenarioFailure) {
      input = try TraceFiles.read(
        zip(paths, isKeys).filter { !$1 }.map(\.0), keys: zip(paths, isKeys).filter(\.1).map(\.0), missing: missing)
    } catch {
      let named = error.diagnostics.map { $0.description.replacing("\(directory(number))/given/", with: "") }
      throw AskFault(422, named.joined(separator: "\n"))
    }
    let reading = Self.reading(input, ask, try Self.stated(ask.burst, for: length, in: input))
    guard let scenario = reading.scenario else {
      throw AskFault(422, "There are no counts of records over time in it, such as IncomingRecords.")
    }
    do throws(OutputFile.WriteError) {
      try scenario.write(to: directory(number))
    } catch {
      throw AskFault(500, "\(error)")
    }
    last = number
    forget(number - Self.mostKept)
    return answer(scenario, reading, input, "import-\(number)")
  }

  private func answer(
    _ scenario: TraceScenario, _ reading: TraceReading, _ input: TraceInput, _ base: String
  ) -> JSONValue {
    let given = "\(directory(last))/given/"
    return JSONValue([
      "base": base, "text": scenario.yaml.replacing(given, with: ""),
      "files": scenario.files.map(\.name).filter { $0 != "scenario.yaml" },
      "summary": reading.document.summary.replacing(given, with: ""),
      "warnings": input.warnings.map { $0.sentence.replacing(given, with: "") },
    ])
  }

  private static func reading(_ input: TraceInput, _ ask: ImportAsk, _ burst: StatedBurst?) -> TraceReading {
    TraceReading(input, name: "observed", shards: ask.shards, burst: { _ in burst }, retry: .backOff)
  }

  private static func stated(
    _ burst: Double?, for length: Interval?, in input: TraceInput
  ) throws(AskFault) -> StatedBurst? {
    guard let burst, let traffic = input.traffic else { return nil }
    do throws(StatedBurst.Flaw) {
      return try StatedBurst(factor: burst, length: length, width: traffic.width)
    } catch {
      throw AskFault(422, error.words(width: traffic.width))
    }
  }

  // MARK: Files

  private func directory(_ number: Int) -> String { "\(folder)/import-\(number)" }

  private static func number(_ base: String) -> Int? {
    base.hasPrefix("import-") ? Int(base.dropFirst("import-".count)) : nil
  }

  /// Writes what was dropped under names that lead nowhere else.
  private func keep(_ files: [ImportAsk.File], in directory: String) throws(AskFault) -> [String] {
    let named = files.enumerated().map { position, file in
      let kept = file.name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
      return (name: "\(position + 1)-\(kept.suffix(80))", contents: file.text)
    }
    do throws(OutputFile.WriteError) {
      try OutputFile.makeDirectory(directory)
      for file in named { try OutputFile.write(file.contents, to: "\(directory)/\(file.name)") }
    } catch {
      throw AskFault(500, "\(error)")
    }
    return named.map { "\(directory)/\($0.name)" }
  }

  private func forget(_ number: Int) { try? FileManager.default.removeItem(atPath: directory(number)) }
}
