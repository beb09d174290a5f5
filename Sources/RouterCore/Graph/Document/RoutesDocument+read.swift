extension RoutesDocument {
  /// Reads and checks a routes document. All problems are told, with line and column, in the order of the text.
  ///
  /// - Parameters:
  ///   - text: UTF-8; comments and trailing commas are allowed.
  ///   - surroundings: Where secrets come from; `limits` is ignored.
  /// - Returns: The document, nil if a problem is an error; warnings do not refuse it.
  public static func read(_ text: [UInt8], types: Registrar, in surroundings: Surroundings)
    -> (document: RoutesDocument?, problems: [Problem])
  {
    let reading = JSONReader.read(text)
    guard let root = reading.root, reading.isPlain else { return (nil, reading.problems) }
    let (document, found) = read(root.json, types: types, in: surroundings)
    var locator = ProblemLocator(root: root, text: text)
    let problems = reading.problems + found.map { locator.locate($0) }
    return (reading.problems.isEmpty ? document : nil, problems.inOrder)
  }

  /// The same for a document that differs from its text in secrets only: problems have the places of the text.
  public static func read(
    _ json: JSON, places root: LocatedJSON, text: [UInt8], types: Registrar, in surroundings: Surroundings
  ) -> (document: RoutesDocument?, problems: [Problem]) {
    let (document, found) = read(json, types: types, in: surroundings)
    var locator = ProblemLocator(root: root, text: text)
    return (document, found.map { locator.locate($0) }.inOrder)
  }

  /// The same for a document that is no text, such as a patched one: problems have a path and no line.
  public static func read(_ json: JSON, types: Registrar, in surroundings: Surroundings)
    -> (document: RoutesDocument?, problems: [Problem])
  {
    var reader = RoutesReader(types: types, surroundings: surroundings)
    reader.read(json)
    return (reader.problems.hasErrors ? nil : reader.document, reader.problems.map(\.withPointer))
  }
}

/// Finds the places of problems that know only their pointer.
struct ProblemLocator {
  let root: LocatedJSON
  let text: [UInt8]
  private var cursor = TextCursor()

  init(root: LocatedJSON, text: [UInt8]) {
    self.root = root
    self.text = text
  }

  /// What is missing gets the place of the object it is missing from.
  mutating func locate(_ problem: Problem) -> Problem {
    guard problem.line == nil, let pointer = JSONPointer(problem.pointer) else { return problem }
    let (value, key, isExact) = root.deepest(pointer)
    var place = value.place
    switch problem.aim {
    case .key where isExact: place = key ?? place
    case .byte(let offset) where isExact && !text[place.range].contains(UInt8(ascii: "\\")):
      let at = min(place.range.lowerBound + 1 + offset, place.range.upperBound)
      place = cursor.place(at..<at, in: text)
    default: break
    }
    var problem = problem
    (problem.line, problem.column) = (place.line, place.column)
    return problem
  }
}
