// Times, the bill and delivered objects.
extension NotebookStory {
  static let latencies: [Notebook.Cell] = [
    .markdown(
      "latencies-words",
      """
      ## How long it took

      `put_latency` is from a record's birth in the producer to its acknowledgement, retries included. `propagation` is \
      from its arrival at the shard to the consumer's code, and `iterator_age` how far behind the consumer was, second by \
      second. `window_latency` and `data_freshness` end at a Flink result and at the destination. Warm-up is left out.
      """),
    .code(
      "percentiles",
      #"""
      def percentiles(bins, shares):
          """The smallest times that so many lie at or below, at most 1.6 % too high: a bin's upper edge."""
          return bins.to_ms.to_numpy()[bins.share_at_or_below.searchsorted(shares)]


      named = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999, "max": 1.0}
      series = latencies.groupby(["metric", "subject"], sort=False)
      table = pd.DataFrame({key: percentiles(bins, list(named.values())) for key, bins in series}, index=list(named)).T
      table.insert(0, "count", series["count"].sum().to_numpy())
      table["count"] = table["count"].map("{:,}".format)
      table.index.names = ["metric (ms)", "of"]
      table
      """#),
    .code(
      "distributions",
      #"""
      shares = [i / 100 for i in range(1, 100)] + [0.995, 0.999, 0.9999, 1.0]
      curves = pd.concat([
          pd.DataFrame({"metric": metric, "of": of, "ms": percentiles(bins, shares), "share": shares})
          for (metric, of), bins in series
      ])
      alt.Chart(curves).mark_line(interpolate="step-before").encode(
          x=alt.X("ms:Q", title="milliseconds (logarithmic)", scale=alt.Scale(type="log", nice=False)),
          y=alt.Y("share:Q", title="at or below", axis=alt.Axis(format=".0%")),
          color=alt.Color("of:N", title=None),
          row=alt.Row("metric:N", title=None, sort=list(curves.metric.unique())),
          tooltip=["metric", "of", "ms", "share"],
      ).properties(width=640, height=130, title="Share of records (iterator_age: of seconds) that took no longer").resolve_scale(
          x="independent"
      )
      """#),
  ]

  static let cost: [Notebook.Cell] = [
    .markdown(
      "cost-words",
      """
      ## What it costs

      What was used in the simulated time, made out for the scenario's billing period at dated list prices. Every line has \
      its source in cost.csv.
      """),
    .code(
      "cost",
      #"""
      periods = {"none": "the simulated time", "month730h": "a month of 730 h", "month30d": "a month of 30 d", "year": "a year"}
      period, total = periods[run["cost"]["period"]], run["cost"]["total_usd"]
      bars = cost.fillna({"usd": 0})
      alt.Chart(bars[["scope", "item", "quantity", "unit", "usd"]]).mark_bar().encode(
          x=alt.X("sum(usd):Q", title="US dollars", axis=alt.Axis(format="$,.2f")),
          y=alt.Y("item:N", title=None, sort="-x", axis=alt.Axis(labelLimit=260)),
          color=alt.Color("scope:N", title="billed to"),
          tooltip=["scope", "item", "quantity", "unit", alt.Tooltip("usd:Q", format="$,.2f")],
      ).properties(width=480, height=alt.Step(26), title=f"${total:,.2f} for {period}")
      """#),
    .code(
      "cost-lines",
      #"""
      bill = cost[["scope", "item", "quantity", "unit", "unit_price_usd", "usd", "confidence"]].sort_values("usd", ascending=False)
      bill["unit_price_usd"] = bill.unit_price_usd.map("{:.9f}".format).str.rstrip("0")
      bill.assign(usd=bill.usd.round(2).map("{:,.2f}".format)).set_index(["scope", "item"])
      """#),
  ]

  static let objects: [Notebook.Cell] = [
    .markdown(
      "objects-words",
      """
      ## What was delivered

      Objects at the destination (requests or copies, where it is no bucket): how large, why they were handed on, and how \
      old their first record was. Small objects make queries slow and dear; large buffers make data late.
      """),
    .code(
      "objects",
      #"""
      groups = objects.groupby("firehose")
      pd.DataFrame({
          "objects": groups.size(),
          "records each": groups.records.mean(),
          "mean size (KiB)": groups.stored_bytes.mean() / 1024,
          "p50 age (s)": groups.age_s.quantile(0.5),
          "p99 age (s)": groups.age_s.quantile(0.99),
          "flushed by size": groups.flushed_by.agg(lambda why: (why == "size").mean()),
          "more than one attempt": groups.attempts.agg(lambda tries: (tries > 1).mean()),
      })
      """#),
    .code(
      "object-sizes",
      #"""
      def size(bits):
          """The smallest size that needs so many bits, in words."""
          units = ["B", "KiB", "MiB", "GiB", "TiB"]
          return f"{2 ** ((bits - 1) % 10)} {units[(bits - 1) // 10]}" if bits else "0 B"


      bits = objects.stored_bytes.map(lambda count: int(count).bit_length())
      sizes = objects.assign(bits=bits).groupby(["firehose", "bits", "flushed_by"]).size().rename("objects").reset_index()
      sizes["size"] = sizes.bits.map(size)
      alt.Chart(sizes).mark_bar().encode(
          x=alt.X("size:O", title="stored size, from this to twice as much",
                  axis=alt.Axis(labelAngle=0), sort=[size(b) for b in sorted(set(bits))]),
          y=alt.Y("objects:Q", title="objects"),
          color=alt.Color("flushed_by:N", title="handed on by"),
          row=alt.Row("firehose:N", title=None),
          tooltip=["firehose", "size", "flushed_by", "objects"],
      ).properties(width=640, height=150, title="Delivered objects by size")
      """#),
  ]

  /// The parameters' cell names the first stream, which the reader may change.
  var whatIf: [Notebook.Cell] {
    var parameters = Notebook.Cell.code(
      "parameters",
      #"""
      # Change these and run the cells below again.
      STREAM = "\#(facts.streamNames.first ?? "")"
      SHARDS = run["streams"][STREAM]["shards_end"]
      MODE = "provisioned"  # or on_demand_standard, on_demand_advantage
      GROWTH = 1.0  # times the traffic that was simulated
      """#)
    parameters.tags = ["parameters"]
    return [Self.whatIfWords, parameters] + Self.whatIfCells
  }

  private static let whatIfWords = Notebook.Cell.markdown(
    "what-if-words",
    """
    ## What if?

    A month of 730 h of one stream and its readers, by arithmetic: quantities of what_if_lines.csv times unit prices. Beside \
    it what weir itself worked out (what_if.csv), so that the sums below can be trusted. `utilization` is the fullest \
    limit's share in the busiest minute **if keys spread evenly**. Hot keys, bursts and retries are not in it: those only \
    `weir run --set` and `weir compare` simulate.
    """)

  private static let whatIfCells: [Notebook.Cell] = [
    .code(
      "what-if",
      #"""
      def month_usd(stream, mode, shards, growth):
          """Quantity times price, line by line; on-demand Advantage bills at least its commitment."""
          own = what_if_lines[(what_if_lines.stream == stream) & (what_if_lines["mode"] == mode)]
          quantity = own.fixed + own.per_shard * (shards or 0) + own.per_load * growth
          used = quantity.groupby(own.commitment.fillna("")).transform("sum")
          quantity = quantity.where(own.at_least == 0, (own.at_least - used).clip(lower=0))
          return float((quantity * own.unit_price_usd).sum())


      own = what_if[what_if.stream == STREAM].astype({"shards": "Int64"})
      counts = [0 if pd.isna(count) else int(count) for count in own.shards]
      own["here"] = [month_usd(STREAM, mode, n, load) for mode, n, load in zip(own["mode"], counts, own.load_factor)]

      # Shards that the busiest minute fills as it is: what two times the traffic needs is twice as many.
      need = float((own.utilization * own.shards / own.load_factor).max())
      fits = "" if MODE != "provisioned" else f", {need * GROWTH / SHARDS:.0%} full in the busiest minute if keys spread evenly"
      print(f"{MODE}, {SHARDS} shards, {GROWTH:g} x the traffic: ${month_usd(STREAM, MODE, SHARDS, GROWTH):,.2f} a month{fits}")
      print(f"This notebook and weir differ by at most ${(own.here - own.usd_month).abs().max():,.2f} in {len(own)} combinations")
      """#),
    .code(
      "what-if-table",
      #"""
      # The fewest of the shards in what_if.csv that fit the busiest minute, its load spread evenly over seconds and shards: bursts and hot keys need more. And what each mode costs then, in dollars.
      names = {"provisioned": "provisioned", "on_demand_standard": "on-demand Standard", "on_demand_advantage": "on-demand Advantage"}
      holding = own[(own["mode"] != "provisioned") | own.holds.eq(True)].sort_values("shards")
      fewest = holding.groupby(["load_factor", "mode"], as_index=False).first()
      table = fewest.pivot(index="load_factor", columns="mode", values=["usd_month", "here"]).swaplevel(axis=1).astype(float)
      table = table.rename(columns={"usd_month": "weir", **names})[list(names.values())].round(2)
      shards_held = fewest[fewest["mode"] == "provisioned"].set_index("load_factor")
      table.insert(0, ("provisioned", "shards"), shards_held.shards.astype(float))
      table.insert(1, ("provisioned", "fullest limit"), shards_held.utilization.round(3))
      table.index.name, table.columns.names = "times the traffic", [None, None]
      table
      """#),
    .code(
      "what-if-chart",
      #"""
      fixed, growing = f"provisioned, {SHARDS} shards, by averages", "provisioned, as many as averages need"
      growths = [step / 20 for step in range(1, 201)]


      def points(label, mode, counts):
          """A mode's month at every load, with the shards for it; none where there is no count."""
          months = [(g, n, month_usd(STREAM, mode, n, g)) for g, n in zip(growths, counts) if n is not None]
          return [{"load": g, "mode": label, "usd": round(usd, 2), "shards": n} for g, n, usd in months]


      here = pd.DataFrame(
          points(fixed, "provisioned", [SHARDS if need * g <= SHARDS else None for g in growths])
          + points(growing, "provisioned", [max(1, -int(-need * g // 1)) for g in growths])
          + points(names["on_demand_standard"], "on_demand_standard", [0] * len(growths))
          + points(names["on_demand_advantage"], "on_demand_advantage", [0] * len(growths))
      )
      labels = {**names, "provisioned": fixed}
      weir = own[(own["mode"] != "provisioned") | ((own.shards == SHARDS) & own.holds.eq(True))]
      weir = weir.assign(mode=weir["mode"].map(labels), load=weir.load_factor, usd=weir.usd_month)[["load", "mode", "usd"]]

      axes = dict(
          x=alt.X("load:Q", title="times the traffic that was simulated"),
          y=alt.Y("usd:Q", title="US dollars a month", axis=alt.Axis(format="$,.0f")),
          color=alt.Color("mode:N", title=None, sort=list(here["mode"].unique()), legend=alt.Legend(labelLimit=300)),
      )
      chosen = alt.Chart(pd.DataFrame({"load": [GROWTH]})).mark_rule(strokeDash=[4, 4]).encode(x="load:Q")
      (
          alt.Chart(here).mark_line().encode(**axes)
          + alt.Chart(weir).mark_point(filled=True, size=60).encode(**axes, tooltip=["load", "mode", "usd"])
          + chosen
      ).properties(width=520, height=280, title=f"{STREAM}: a month by mode. Lines: this notebook; dots: weir")
      """#),
  ]
}
