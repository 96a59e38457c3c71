internal import Experiment
internal import Models
internal import Scenario
internal import Units

/// A notebook's cells in the order in which they are read: load, look, ask.
struct NotebookStory {
  let facts: RunFacts
  /// The CSV files beside the notebook that have a row.
  let files: Set<String>
  /// The author's words; empty when not known.
  let description: String
  /// What makes this notebook.
  let command: ShellLine?
  /// The scenario file, for commands that run it again.
  let scenario: String

  /// The notebook; no cell for what the run lacks.
  var notebook: Notebook {
    let parts = [
      [title, load], has(.slo) ? Self.verdict : [], hasMinutes ? minutes : [], has(.latencies) ? Self.latencies : [],
      has(.cost) ? Self.cost : [], has(.firehoseObjects) ? Self.objects : [], hasWhatIf ? whatIf : [], ask,
    ]
    return Notebook(cells: parts.joined().map { $0 })
  }

  // MARK: What there is

  private func has(_ file: Outputs.CSV) -> Bool { files.contains("\(file.rawValue).csv") }
  private var hasTraffic: Bool { facts.streams.values.contains { $0.incoming > 0 || $0.first > 0 } }
  private var hasShards: Bool { has(.shards) && hasTraffic }
  private var hasMinutes: Bool { has(.shardMinutes) && hasShards }
  private var hasWhatIf: Bool { has(.whatIf) && has(.whatIfLines) && hasTraffic }

  // MARK: Title and loading

  private var title: Notebook.Cell {
    let words = description.isEmpty ? "" : Markdown.prose(description) + "\n\n"
    let time = Figures.duration(Interval(nanoseconds: Int64(clamping: (facts.simulated * 1e9).rounded())))
    return .markdown(
      "title",
      """
      # \(facts.scenario)

      \(words)> \(facts.verdict)

      weir simulated \(time) of this scenario record by record, under Kinesis' own limits, and wrote the files beside this \
      notebook. Everything below is read from them: run all cells again whenever they change.

      | | |
      | :--- | :--- |
      | Made by | \(Markdown.code(command?.description ?? "weir").replacing("|", with: "\\|")) (weir \(facts.version)) |
      | Seed | \(facts.seed) |
      | Fingerprint | \(Markdown.code(facts.fingerprint)) |
      | To run it | `pip install -r requirements.txt jupyterlab`, then `jupyter lab` |
      """)
  }

  private var load: Notebook.Cell {
    let tables: [(file: Outputs.CSV, isThere: Bool, name: String, options: String)] = [
      (.slo, has(.slo), "slo", ""),
      (.shards, hasShards, "shards", ""),
      (.shardMinutes, hasMinutes, "minutes", #", parse_dates=["time"]"#),
      (.latencies, has(.latencies), "latencies", ""), (.cost, has(.cost), "cost", ""),
      (.firehoseObjects, has(.firehoseObjects), "objects", #", parse_dates=["delivered_at"]"#),
      (.whatIf, hasWhatIf, "what_if", ""), (.whatIfLines, hasWhatIf, "what_if_lines", ""),
      (.events, has(.events), "events", ""),
    ]
    let reads = tables.filter(\.isThere).map { "\($0.name) = read(\"\($0.file.rawValue).csv\"\($0.options))\n" }
    let shown = tables.filter(\.isThere).map { "\"\($0.file.rawValue).csv\": len(\($0.name))" }
    return .code(
      "load",
      Self.setUp + "\nrun = json.loads(Path(\"run.json\").read_text())\n" + reads.joined()
        + "\npd.Series({\(shown.joined(separator: ", "))}, name=\"rows\").to_frame()")
  }

  private static let setUp = #"""
    # Load: the files that weir wrote, and charts that need no network.
    import base64
    import json
    from pathlib import Path

    import altair as alt
    import pandas as pd
    import vl_convert


    def draw(spec, **_):
        """A chart twice: as data that JupyterLab draws, in the dialect it knows, and as a picture for all others."""
        picture = base64.b64encode(vl_convert.vegalite_to_png(spec)).decode()
        data = {**spec, "$schema": "https://vega.github.io/schema/vega-lite/v5.json"}
        titles = [part["title"] for part in [spec, *spec.get("vconcat", [])] if "title" in part]
        words = {"image/png": {"alt": ". ".join(titles)}}
        return {"application/vnd.vegalite.v5+json": data, "image/png": picture}, words


    # Names are text, whatever they look like: a stream may be called NA, 007 or true.
    TEXT = dict.fromkeys(
        ["stream", "shard", "subject", "metric", "scope", "item", "unit", "mode", "commitment", "firehose", "id", "expr", "because",
         "parents", "starting_hash_key", "ending_hash_key", "hottest_key", "kind", "detail", "key", "prefix", "flushed_by"], str)


    def read(file, **options):
        """A file of weir's: only an empty cell is a missing value."""
        return pd.read_csv(file, keep_default_na=False, na_values=[""], dtype=TEXT, **options)


    def figure(value):
        """Four digits, whole numbers in full."""
        return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:,.4g}"


    alt.renderers.register("data_and_picture", draw)
    alt.renderers.enable("data_and_picture")
    alt.data_transformers.disable_max_rows()
    pd.options.display.float_format = figure
    pd.options.display.max_colwidth = 90

    """#

  // MARK: Verdict

  private static let verdict: [Notebook.Cell] = [
    .markdown(
      "verdict-words",
      """
      ## Did it hold?

      One row an objective. Times are in milliseconds, shares are fractions: 0.01 is 1 %. With a window the value is that \
      of the worst window.
      """),
    .code(
      "verdict",
      #"""
      verdicts = slo.assign(verdict=slo.passed.map({True: "held", False: "broken"}))
      verdicts.loc[~slo.passed & (slo.severity == "warn"), "verdict"] = "warning"
      verdicts["wanted"] = slo.comparison + " " + slo.threshold.map(figure)
      shown = verdicts[["id", "expr", "value", "wanted", "unit", "verdict", "first_broken_at"]].astype(object)
      shown.map(lambda cell: "" if pd.isna(cell) else cell).set_index("id")
      """#),
  ]

  // MARK: Questions

  private var ask: [Notebook.Cell] {
    var cells: [Notebook.Cell] = [
      .markdown("ask", "## Ask\n\nQuestions that a few lines answer. Change them, add yours.")
    ]
    if hasShards { cells.append(Self.askKeys) }
    if has(.events) { cells.append(Self.askEvents) }
    cells.append(.markdown("ask-next", next))
    return cells
  }

  private static let askKeys = Notebook.Cell.code(
    "ask-keys",
    #"""
    # Which shards were fullest, and which key made them so? A key that alone asks for more than 1,000 records/s
    # cannot be helped by more shards: split the key instead.
    columns = ["stream", "shard", "utilization_mean", "utilization_max", "throttled_s", "hottest_key",
               "hottest_key_share", "hottest_key_records_per_s"]
    shards.nlargest(10, ["utilization_mean", "utilization_max"])[columns].fillna("").set_index(["stream", "shard"])
    """#)

  private static let askEvents = Notebook.Cell.code(
    "ask-events",
    #"""
    # What happened when? Throttle episodes, reshards, losses and broken objectives, the first 25.
    events[["time", "kind", "subject", "detail"]].fillna("").head(25)
    """#)

  /// What only weir can answer, as commands.
  private var next: String {
    let run = ShellLine("weir", "run", of: [scenario])
    let stream = facts.streamNames.first { facts.streams[$0]?.mode == "provisioned" }
    let shards = stream.map { "\(run.with("--set", "streams.\($0).shards=N"))   # other shards\n" } ?? ""
    return """
      **Worth asking next**, of this notebook:

      - Is the fullest shard also the one that refused most? Is it the same one all the time?
      - Do refusals come in the busiest minutes, or in seconds that no minute shows?
      - Who waits longest at the 99.9th percentile, and is that the producer's retries or the reader's polls?
      - Which line of the bill grows with shards, which with traffic, which with neither?

      And of weir, which simulates what a sum cannot know:

      ```sh
      \(shards)\(run.with("--replications", "10"))   # how much of this is chance?
      \(run.with("--seed", "2"))   # another day of the same kind
      ```
      """
  }
}
