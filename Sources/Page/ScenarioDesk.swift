internal import Experiment
internal import Planning
internal import Reporting
internal import Scenario

/// The scenario beside its form: reads a text, changes values in it, and says what can be turned, what is wrong and what it costs.
struct ScenarioDesk: Sendable {
  /// The most bytes of a scenario, as for files.
  static let mostBytes = InputFile.scenarioLimit
  /// The most values changed at once.
  private static let mostEdits = 20

  /// The text with the edits in it, and everything that is shown beside it.
  func answer(_ ask: ScenarioAsk, file: String) throws(AskFault) -> JSONValue {
    guard ask.text.utf8.count <= Self.mostBytes else {
      throw AskFault(413, "The scenario is larger than \(Self.mostBytes >> 20) MiB.")
    }
    guard ask.edits?.count ?? 0 <= Self.mostEdits else { throw AskFault(400, "More than \(Self.mostEdits) edits.") }
    var text = ScenarioText(ask.text, file: file), flaws: [Diagnostic] = []
    for edit in ask.edits ?? [] {
      do throws(Diagnostic) {
        text = try Self.apply(edit, to: text)
      } catch {
        flaws.append(error)
      }
    }
    return Self.picture(of: text, flaws)
  }

  /// A value of the form with all that goes with it.
  private static func apply(_ edit: ScenarioAsk.Edit, to text: ScenarioText) throws(Diagnostic) -> ScenarioText {
    let template = try? ScenarioFile.template(text: text.text, file: text.file)
    let control = template?.controls.first { $0.path == edit.path }
    return try text.setting(control?.settings(for: edit.value) ?? [Setting(path: edit.path, value: edit.value)])
  }

  private static func picture(of text: ScenarioText, _ flaws: [Diagnostic]) -> JSONValue {
    var diagnostics = flaws, controls: [Control]?, cost: JSONValue?, name: String?
    do throws(ScenarioFailure) {
      let template = try ScenarioFile.template(text: text.text, file: text.file)
      controls = template.controls
      let loaded = try template.load(settings: [], seed: nil)
      diagnostics += loaded.warnings
      cost = CostGlance(ScenarioBill(loaded.experiment, headroom: loaded.plan.headroom)).value
      name = loaded.experiment.name
    } catch {
      diagnostics += error.diagnostics
    }
    return JSONValue([
      "text": text.text, "name": name, "cost": cost, "controls": controls.map { $0.map(json) },
      "diagnostics": diagnostics.map { json($0, in: text.file) },
    ])
  }

  private static func json(_ control: Control) -> JSONValue {
    let (kind, values): (String, [String]) =
      switch control.shape {
      case .slider(let stops): ("slider", stops)
      case .choice(let words): ("choice", words)
      }
    return JSONValue([
      "path": control.path, "group": control.group, "label": control.label, "value": control.value,
      "written": control.isWritten, "kind": kind, "values": values, "position": values.firstIndex(of: control.value),
    ])
  }

  /// A diagnostic; its path is that of a control, where there is one for it. A line is one of `file`, and only one of it: what stands in
  /// another file names that.
  static func json(_ diagnostic: Diagnostic, in file: String?) -> JSONValue {
    let place = diagnostic.place, isHere = place.file == file && place.line > 0
    let path = diagnostic.path.replacing("[", with: ".").replacing("]", with: "")
    return JSONValue([
      "line": isHere ? place.line : nil as Int?, "column": isHere ? place.column : nil as Int?,
      "path": path, "severity": diagnostic.severity.rawValue,
      "sentence": isHere || place.line == 0 ? diagnostic.sentence : "\(diagnostic.sentence) (\(place))",
    ])
  }
}
