/// One element of a container after an edit: which old one it comes from, and what it becomes.
struct JSONStep {
  /// Index of the old element; nil for a new one.
  var slot: Int?
  /// Its key in an object.
  var key: String?
  var value: JSON

  /// Members: kept in the order of the text, new ones last.
  static func steps(_ old: [LocatedJSON.Member], to new: [JSON.Member]) -> [JSONStep] {
    let wanted = Dictionary(new.map { ($0.key, $0) }) { first, _ in first }
    let renamed = renames(old, new)
    let kept = old.enumerated().compactMap { index, member -> JSONStep? in
      guard let match = wanted[member.key] ?? renamed[member.key] else { return nil }
      return JSONStep(slot: index, key: match.key, value: match.value)
    }
    let known = Set(kept.compactMap(\.key))
    return kept + new.filter { !known.contains($0.key) }.map { JSONStep(slot: nil, key: $0.key, value: $0.value) }
  }

  /// Old key to the new member of the same value, where only one old and one new key come into question.
  private static func renames(_ old: [LocatedJSON.Member], _ new: [JSON.Member]) -> [String: JSON.Member] {
    let oldKeys = Set(old.map(\.key))
    let newKeys = Set(new.map(\.key))
    let gone = Dictionary(grouping: old.filter { !newKeys.contains($0.key) }) { $0.value.json.meaning }
    let come = Dictionary(grouping: new.filter { !oldKeys.contains($0.key) }) { $0.value.meaning }
    var renames: [String: JSON.Member] = [:]
    for (meaning, members) in gone where members.count == 1 {
      guard let match = come[meaning], match.count == 1 else { continue }
      renames[members[0].key] = match[0]
    }
    return renames
  }

  /// Items: equal ones are the same ones, wherever they stand; others that take their place are changed.
  static func steps(_ old: [LocatedJSON], to new: [JSON]) -> [JSONStep] {
    var places: [String: [Int]] = [:]
    for (index, item) in old.enumerated().reversed() { places[item.json.meaning, default: []].append(index) }
    var steps = new.map { JSONStep(slot: nil, key: nil, value: $0) }
    for index in steps.indices { steps[index].slot = places[steps[index].value.meaning]?.popLast() }
    var isTaken = [Bool](repeating: false, count: old.count)
    for step in steps { if let slot = step.slot { isTaken[slot] = true } }
    var before = -1
    for index in steps.indices {
      if steps[index].slot == nil, before + 1 < old.count, !isTaken[before + 1] {
        steps[index].slot = before + 1
        isTaken[before + 1] = true
      }
      before = steps[index].slot ?? old.count
    }
    return steps
  }
}
