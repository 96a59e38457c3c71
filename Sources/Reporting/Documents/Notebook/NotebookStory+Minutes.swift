// Where and when a stream refused, and how much was asked of it.
extension NotebookStory {
  /// The heat map of refusals only where something was refused; then that of loads, and demand against the limit.
  var minutes: [Notebook.Cell] {
    let refusals = facts.streams.values.contains { $0.throttled > 0 }
    return Self.stretches + (refusals ? Self.refusals : Self.loads) + Self.demand
  }

  private static let stretches: [Notebook.Cell] = [
    .markdown(
      "minutes-words",
      """
      ## Where and when

      shard_minutes.csv has a row for each shard and minute in which something came. Long runs are drawn in wider \
      stretches, and of many shards those that refused most, or else carried most.
      """),
    .code(
      "minutes",
      #"""
      COLUMNS, ROWS = 180, 64  # the most that a heat map shows

      width = minutes.width_s.max()
      step = width * max(1, -(-run["simulated_s"] // (width * COLUMNS)))  # seconds of a stretch
      begin = minutes.time.iloc[0] - pd.Timedelta(seconds=minutes.t_s.iloc[0])

      clock = "%H:%M" if run["simulated_s"] <= 86_400 else "%d %b %H:%M"
      time = alt.X("from:T", title="time (UTC)", axis=alt.Axis(format=clock))

      parts = minutes.assign(
          t=minutes.t_s // step * step,
          busy=minutes.utilization * minutes.width_s,
          asked=minutes.demand * minutes.width_s,
      )
      cells = parts.groupby(["stream", "shard", "t"], as_index=False).agg(
          refused=("throttled_records", "sum"), busy=("busy", "sum"), asked=("asked", "sum"),
          peak=("peak_second_demand", "max"), records=("demanded_records", "sum"), bytes=("demanded_bytes", "sum"),
      )
      length = (run["simulated_s"] - cells.t).clip(upper=step)  # the last stretch may be cut short
      cells["load"], cells["demand"] = cells.busy / length, cells.asked / length
      cells["from"] = begin + pd.to_timedelta(cells.t, unit="s")
      cells["until"] = cells["from"] + pd.to_timedelta(length, unit="s")
      cells["name"] = "shard " + cells["shard"].str[-12:].astype(int).astype(str)

      ranks = cells.groupby(["stream", "shard"])[["refused", "load"]].sum()
      chosen = ranks.sort_values(["refused", "load"], ascending=False).head(ROWS).index
      shown = cells[cells.set_index(["stream", "shard"]).index.isin(chosen)]
      names = {stream: list(own.sort_values("shard")["name"].unique()) for stream, own in shown.groupby("stream")}
      span = [t.isoformat() for t in (begin, begin + pd.Timedelta(seconds=run["simulated_s"]))]


      def heat_map(frame, value, words, title, colours, form):
          """Shards down, time across, a map for each stream."""
          scale = alt.Scale(scheme=colours, domain=[0, float(frame[value].max())])
          maps = [
              alt.Chart(own[["name", "from", "until", value]].round({value: 4}))
              .mark_rect()
              .encode(
                  x=time.scale(type="utc", domain=span),
                  x2="until:T",
                  y=alt.Y("name:N", title=None, sort=names[stream]),
                  color=alt.Color(f"{value}:Q", title=words, scale=scale, legend=alt.Legend(format=form)),
                  tooltip=["name", alt.Tooltip("from:T", format="%H:%M:%S"), alt.Tooltip(f"{value}:Q", format=form)],
              )
              .properties(width=640, height=alt.Step(20 if len(names[stream]) < 24 else 10), title=f"{stream}: {title}")
              for stream, own in frame.groupby("stream")
          ]
          return alt.vconcat(*maps)


      stored, counted = minutes.accepted_records.sum(), sum(s["incoming_records"] for s in run["streams"].values())
      assert stored == counted, "shard_minutes.csv and run.json are not of the same run"
      print(f"{stored:,} records accepted and {minutes.throttled_records.sum():,} throttled, in stretches of {step:,.0f} s")
      """#),
  ]

  private static let refusals: [Notebook.Cell] = [
    .markdown(
      "refusals-words",
      """
      ### Refusals

      Records refused (ProvisionedThroughputExceeded), every attempt counted. One dark row is a hot shard; a dark column \
      is a burst that hits all of them.
      """),
    .code(
      "refusals",
      #"""
      refusing = shown[shown.refused > 0]
      heat_map(refusing, "refused", "records throttled", f"throttled records in {step:,.0f} s", "orangered", ",.0f")
      """#),
    loadMap,
  ]

  private static let loads: [Notebook.Cell] = [
    .markdown("loads-words", "### Load\n\nNothing was throttled. This is how full the shards were."), loadMap,
  ]

  private static let loadMap = Notebook.Cell.code(
    "loads",
    #"""
    heat_map(shown, "load", "share of the limit", f"what shards stored over their limit, mean of {step:,.0f} s", "viridis", ".0%")
    """#)

  private static let demand: [Notebook.Cell] = [
    .markdown(
      "demand-words",
      """
      ### Demand against the limit

      What records asked for when they were tried first, over what shards may take: records or bytes, whichever is more. \
      The stream as a whole is what a CloudWatch dashboard shows. The distance up to the fullest second of the hottest \
      shard is what it hides.
      """),
    .code(
      "demand",
      #"""
      limits = run["limits"]["values"]
      per_shard = {"records": limits["shard.write.records_per_s"], "bytes": limits["shard.write.bytes_per_s"]}


      def open_seconds(stream, t):
          """Seconds of open shards in the stretch that begins at t."""
          own, until = shards[shards.stream == stream], min(t + step, run["simulated_s"])
          ends = own.closed_t_s.fillna(until).clip(upper=until)
          return (ends - own.opened_t_s.clip(lower=t)).clip(lower=0).sum()


      whole = cells.groupby(["stream", "t", "from"], as_index=False)[["records", "bytes"]].sum()
      seconds = pd.Series([open_seconds(s, t) for s, t in zip(whole.stream, whole.t)])
      whole["share"] = pd.concat([whole[what] / (seconds * per_shard[what]) for what in per_shard], axis=1).max(axis=1)
      hottest = cells.groupby(["stream", "t", "from"], as_index=False)[["demand", "peak"]].max()
      last = {"from": begin + pd.Timedelta(seconds=run["simulated_s"])}  # so that the last stretch is drawn to its end
      lines = pd.concat([
          whole.assign(what="all shards, mean"),
          hottest.assign(what="hottest shard, mean", share=hottest.demand),
          hottest.assign(what="hottest shard, its fullest second", share=hottest.peak),
      ])[["stream", "from", "what", "share"]].round({"share": 4})
      lines = pd.concat([lines, lines.groupby(["stream", "what"], as_index=False, sort=False).last().assign(**last)])
      order = list(lines.what.unique())

      curve = alt.Chart().mark_line(interpolate="step-after").encode(
          x=time.scale(type="utc", domain=span),
          y=alt.Y("share:Q", title="demand, share of the limit", axis=alt.Axis(format=".0%")),
          color=alt.Color("what:N", title=None, sort=order, scale=alt.Scale(range=["#4c78a8", "#f58518", "#e45756"])),
      )
      limit = alt.Chart().mark_rule(strokeDash=[6, 4], color="black").encode(y=alt.datum(1))
      alt.layer(curve, limit, data=lines).properties(width=640, height=220).facet(
          row=alt.Row("stream:N", title=None), title="Demand against the limit (dashed)"
      )
      """#),
  ]
}
