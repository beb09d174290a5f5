import RouterCore

/// Reading never fails; what reads without a problem is written so that it reads the same. (2.0 is written as 2.)
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSONReader(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  var input = Input(data, size)
  let dialect: JSONReader.Dialect = input.byte() & 1 == 0 ? .strict : .document
  let text = Array(input.bytes)
  let reading = JSONReader.read(text, dialect)
  for problem in reading.problems { precondition((problem.line ?? 1) >= 1 && (problem.column ?? 1) >= 1, "\(problem)") }
  precondition(reading.root != nil || !reading.problems.isEmpty, "nothing read and nothing wrong")
  guard reading.problems.isEmpty, let value = reading.root?.json else { return 0 }
  let again = JSONReader.read(Array(value.compact.utf8), .strict)
  precondition(again.problems.isEmpty && again.root?.json.compact == value.compact, "not read back: \(value.compact)")
  return 0
}
