internal import Models
internal import Units

// firehose_objects.csv: one row an object, in order of delivery, the first 100,000 of each delivery stream.
extension RunCSV {
  var firehoseObjects: String {
    var table = CSVTable([
      "firehose", "delivered_t_s", "delivered_at", "buffer", "records", "buffered_bytes", "stored_bytes", "flushed_by",
      "first_arrival_t_s", "first_arrival_at", "age_s", "attempts",
    ])
    for firehose in report.main.firehoses {
      for object in firehose.objects { table.append([firehose.name] + cells(object)) }
    }
    return table.text
  }

  private func cells(_ object: DeliveredObject) -> [String] {
    time(object.deliveredAt) + [
      object.unit, String(object.records), String(object.bufferedBytes.count), String(object.storedBytes.count),
      object.reason,
    ] + time(object.firstArrival) + [
      CSVTable.cell((object.deliveredAt - object.firstArrival).inSeconds), String(object.attempts),
    ]
  }
}
