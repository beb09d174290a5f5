/// The candidate that was probably meant: the nearest by edit distance (insert, delete, replace, swap neighbours),
/// at most a third of the word away (case does not count); nil if nothing is near. The first of equally near ones.
public func closest(to word: String, in candidates: some Sequence<String>) -> String? {
  let letters = Array(word.unicodeScalars.prefix(64))
  let limit = letters.count < 3 ? 0 : letters.count / 3
  var best: (word: String, distance: Int)?
  for candidate in candidates {
    let other = Array(candidate.unicodeScalars)
    guard abs(other.count - letters.count) <= limit else { continue }
    let sameButCase = candidate.lowercased() == word.lowercased()
    let distance = sameButCase ? 0 : editDistance(letters, other)
    if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.word
}

/// Optimal string alignment distance. O(a × b).
func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
      row.append(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
