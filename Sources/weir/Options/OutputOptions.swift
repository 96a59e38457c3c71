internal import ArgumentParser
internal import Reporting

/// What stdout gets.
struct FormatOption: ParsableArguments {
  /// The forms a document has.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json, md, html
  }

  @Option(help: "What stdout gets: text, json, md or html.") var format = Format.text

  var isText: Bool { format == .text }

  /// Prints a verb's result in the form that was asked for; no other is made.
  func print(_ exhibit: some Exhibit) throws {
    switch format {
    case .text: try Output.write(exhibit.text)
    case .json: try Output.write(exhibit.json)
    case .md: try Output.write(exhibit.markdown)
    case .html: try Output.writePage(exhibit.page(script: VegaRenderer()?.script))
    }
  }
}

/// What stdout gets from verbs that have no document to print.
struct TextOrJSONOption: ParsableArguments {
  /// The forms of an answer.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @Option(help: "What stdout gets: text or json.") var format = Format.text

  var isText: Bool { format == .text }

  /// Prints an answer in the form that was asked for; no other is made.
  func print(_ exhibit: some Exhibit) throws { try Output.write(isText ? exhibit.text : exhibit.json) }
}

/// Where a report goes, and what stdout gets of it.
struct OutputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Where the report goes: Markdown, JSON and CSV.", valueName: "dir"), completion: .directory)
  var out: String?
  @OptionGroup var stdout: FormatOption
  @Flag(help: "Shows the page of the report in a browser.") var open = false

  func validate() throws {
    try Usage.check([(!open || out != nil, "--open shows a page: say with --out where it goes.")])
  }

  /// Sees to it, before anything is simulated, that `--out` can be written to and that nobody else writes there; ends the tool
  /// with 1 otherwise. The directory is kept until the process ends.
  func prepare() throws {
    guard let out else { return }
    try Log.reporting { () throws(OutputFile.WriteError) in try OutputFile.claim(out) }
  }

  /// Writes the files into `--out`, if there is one; what cannot be written ends the tool with 1.
  func store(_ write: (String) throws(OutputFile.WriteError) -> Void) throws {
    guard let out else { return }
    try Log.reporting { () throws(OutputFile.WriteError) in try write(out) }
  }

  /// Writes a result's files and pictures into `--out`, if there is one, and says where they are when `what` names them.
  func store(_ result: some Exhibit & Filed, as what: String? = nil, named name: String) throws {
    let renderer = VegaRenderer()
    try store { (out) throws(OutputFile.WriteError) in
      if try !result.write(to: out, renderer: renderer), renderer == nil { VegaRenderer.tellMissing() }
    }
    guard let what else { return openIfWanted("\(name).html") }
    try tell(what, "\(name).md")
    try show("\(name).html")
  }

  /// Says where a file of the report is, to those who read text.
  func tell(_ what: String, _ page: String) throws {
    guard let out, stdout.isText else { return }
    try Output.write("\(what): \(out.hasSuffix("/") ? out : out + "/")\(page)")
  }

  /// Says where the page is, and opens it if that was asked for.
  func show(_ page: String) throws {
    try tell("Page", page)
    openIfWanted(page)
  }

  private func openIfWanted(_ page: String) {
    if open, let out { Browser.open(page, in: out) }
  }
}
