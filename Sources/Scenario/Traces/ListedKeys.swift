/// A partition key by name, with its share of the records.
struct ListedKey {
  var name: String
  /// 0 to 1.
  var share: Double
}

extension TraceStore {
  /// The most keys of a list.
  private static let mostListed = 100_000

  /// Keys from the CSV file a field names, whose first line is `share,key`: all behind the first comma is the key. Nil when
  /// something was reported.
  func listedKeys(_ field: Field, base: String) -> [ListedKey]? {
    guard let (path, bytes) = file(field, base: base) else { return nil }
    var faults = TraceFaults(file: path, path: field.path, sink: sink)
    defer { faults.finish() }
    var keys: [ListedKey] = [], known: Set<String> = []
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    let lines = text.split(separator: 10, omittingEmptySubsequences: false).enumerated()
    for (index, whole) in lines {
      let line = whole.last == 13 ? whole.dropLast() : whole
      if index == 0, line.elementsEqual("share,key".utf8) { continue }
      if line.isEmpty { continue }
      guard let key = Self.listedKey(line, number: index + 1, &faults) else { continue }
      guard known.insert(key.name).inserted else {
        faults.report(line: index + 1, column: 1, "this key is in the list already")
        continue
      }
      guard keys.count < Self.mostListed else {
        faults.report(line: index + 1, column: 1, "more than \(Self.mostListed) keys")
        break
      }
      keys.append(key)
    }
    if keys.isEmpty, faults.count == 0 {
      faults.report(line: 1, column: 1, "expected lines of share,key, such as 0.125,tenant-7")
    }
    return faults.count == 0 ? keys.sorted { $1.share < $0.share } : nil
  }

  private static func listedKey(_ line: ArraySlice<UInt8>, number: Int, _ faults: inout TraceFaults) -> ListedKey? {
    let parts = line.split(separator: 44, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let text = String(validating: parts[0], as: UTF8.self), let share = Double(text), share > 0,
      share <= 1
    else {
      faults.report(
        line: number, column: 1, "expected a share above 0 and a key, such as 0.125,tenant-7",
        found: String(decoding: line.prefix(40), as: UTF8.self))
      return nil
    }
    guard let name = KeyList.key(parts[1]) else {
      faults.report(
        line: number, column: parts[0].count + 2, "expected a partition key of 1 to 256 characters in UTF-8")
      return nil
    }
    return ListedKey(name: name, share: share)
  }
}
