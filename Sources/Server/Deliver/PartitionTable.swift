/// The dynamic partitions of a delivery stream: what their keys are, and a number for each. One that holds no record is forgotten.
struct PartitionTable: Sendable {
  /// What the expressions of a prefix stand for, by name.
  typealias Keys = [String: String]

  private var numbers: [Keys: Int32] = [:]
  private var keys: [Int32: Keys] = [:]
  private var held: [Int32: Int64] = [:]
  private var latest: Int32 = 0
  /// Those that were made and have held nothing yet.
  private var fresh: [Int32] = []

  /// The number of a partition; 0 is none's.
  mutating func number(of keys: Keys) -> Int32 {
    if let number = numbers[keys] { return number }
    repeat { latest = latest == .max ? 1 : latest + 1 } while self.keys[latest] != nil
    (numbers[keys], self.keys[latest]) = (latest, keys)
    fresh.append(latest)
    return latest
  }

  /// What a partition's keys are.
  func keys(of number: Int32) -> Keys { keys[number] ?? [:] }

  /// What tells it from others for ever, as its number does not.
  func seed(of number: Int32) -> String {
    keys(of: number).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
  }

  /// A record goes to it.
  mutating func retain(_ number: Int32) { held[number, default: 0] += 1 }

  /// Records of it came to an end; whether they were the last.
  mutating func release(_ number: Int32, _ count: Int64) -> Bool {
    let left = (held[number] ?? 0) - count
    held[number] = left
    guard left <= 0 else { return false }
    forget(number)
    return true
  }

  /// Forgets those that were made for records which were not taken.
  mutating func forgetUnused() {
    for number in fresh where held[number] == nil { forget(number) }
    fresh = []
  }

  private mutating func forget(_ number: Int32) {
    if let keys = keys.removeValue(forKey: number) { numbers[keys] = nil }
    held[number] = nil
  }
}
