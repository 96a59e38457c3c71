import Experiment
import KinesisCore
import Units

@testable import Models

extension Fixture {
  /// Three minutes of two shards, of which the second refuses in its second minute.
  static func minutes() -> [ShardMinute] {
    (0..<3).flatMap { minute in
      [2, 3].map { shard in
        ShardMinute(
          begin: at(Int64(minute) * 60), length: .minutes(1), shard: ShardID(shard), acceptedRecords: 30_000,
          acceptedBytes: Bytes(11_220_000), throttledRecords: minute == 1 && shard == 3 ? 4_000 : 0,
          demandedRecords: 33_000, demandedBytes: Bytes(12_342_000), load: 0.5, demand: 0.55, peakLoad: 1,
          peakDemand: 1.25)
      }
    }
  }

  /// Records of 374 bytes, each of them a payload unit and a KiB on the bill.
  static func intake(_ stream: StreamResult) -> BilledIntake {
    var intake = BilledIntake()
    (intake.bytes, intake.roundedBytes) = (stream.incomingBytes, .kibibytes(stream.incomingRecords))
    intake.payloadUnits = stream.incomingRecords
    return intake
  }
}
