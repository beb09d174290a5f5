/// Reads JSON from bytes. Goes on after a mistake where the meaning is plain, so that several are told at once.
///
/// Source: RFC 8259; the document dialect adds `//` and `/* */` comments and trailing commas.
public struct JSONReader {
  public enum Dialect: Sendable {
    /// Bodies and messages: RFC 8259 to the letter.
    case strict
    /// Documents that people write.
    case document
  }

  public struct Limits: Sendable {
    /// Arrays and objects inside each other.
    public var depth = 64
    public var bytes = 4 << 20
    /// Reading stops at this many problems.
    public var problems = 50
    public init() {}
  }

  /// What was read.
  public struct Reading: Sendable {
    /// nil if nothing like a value was found.
    public var root: LocatedJSON?
    /// In the order of the text.
    public var problems: [Problem]
    /// Whether `root` is what the writer meant in spite of the problems.
    public var isPlain: Bool
  }

  let text: [UInt8]
  let dialect: Dialect
  let limits: Limits
  var at = 0
  /// Opening brackets that wait for their other half, outermost first.
  var open: [UInt8] = []
  var problems: [Problem] = []
  var isPlain = true
  /// What brackets mean is no longer sure: problems that follow from it are not told.
  var isAdrift = false
  /// What follows is not read and not judged.
  var isOver = false
  var cursor = TextCursor()

  /// Never fails: what is wrong is in the result.
  public static func read(_ text: [UInt8], _ dialect: Dialect = .document, limits: Limits = Limits()) -> Reading {
    guard text.count <= limits.bytes else {
      let message = "the text has \(text.count) bytes, \(limits.bytes) are allowed"
      return Reading(root: nil, problems: [Problem(path: "", line: 1, column: 1, message: message)], isPlain: false)
    }
    var reader = JSONReader(text: text, dialect: dialect, limits: limits)
    let root = reader.document()
    if let root { reader.problems += root.repeatedKeys(limit: limits.problems) }
    return Reading(root: root, problems: reader.problems.inOrder, isPlain: reader.isPlain && root != nil)
  }

  private init(text: [UInt8], dialect: Dialect, limits: Limits) {
    self.text = text
    self.dialect = dialect
    self.limits = limits
  }

  private mutating func document() -> LocatedJSON? {
    if dialect == .document, text.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    skipSpace()
    guard at < text.count else {
      report("the text is empty", at: at, isPlain: false)
      return nil
    }
    let root = value()
    skipSpace()
    if at < text.count, !isAdrift { report("text after the end of the document", at: at, isPlain: false) }
    return root
  }
}

extension JSON {
  /// Reads strict JSON, as bodies and messages carry it.
  ///
  /// - Throws: The first problem, with line and column.
  public init(strict text: [UInt8], limits: JSONReader.Limits = JSONReader.Limits()) throws(Problem) {
    let reading = JSONReader.read(text, .strict, limits: limits)
    if let problem = reading.problems.first { throw problem }
    self = reading.root?.json ?? .null
  }
}
