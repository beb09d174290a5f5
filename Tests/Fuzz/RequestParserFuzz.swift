import RouterCore

/// Heads and bodies read the same whole and cut, and no accepted head breaks a rule that others rely on.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRequestParser(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  var input = Input(data, size)
  let (whole, first, rest) = input.pieces()
  var parser = RequestParser(headLimit: 2000)
  var cutParser = RequestParser(headLimit: 2000)
  let said = describe(parser.parse(whole.span.bytes))
  var cutSaid = describe(cutParser.parse(first.span.bytes))
  // Given again with more behind it, as the connection does.
  if cutSaid == nil { cutSaid = describe(cutParser.parse((first + rest).span.bytes)) }
  precondition(said == cutSaid, "a cut changes what is read")
  fuzzBody(whole, first, rest)
  return 0
}

/// nil as long as more is needed.
private func describe(_ step: RequestParser.Step) -> String? {
  switch step {
  case .needMore: return nil
  case .refuse(let refusal):
    precondition((400...505).contains(refusal.status), "a refusal without a fitting status")
    return "\(refusal)"
  case .head(let head, let length):
    precondition(length <= 2000, "head over the limit")
    precondition(head.fields.all.allSatisfy { !$0.name.isEmpty && isClean($0.value) && isClean($0.name) })
    precondition(head.minorVersion == 0 || head.minorVersion == 1)
    return "\(head.method) \(head.target) \(head.fields.all) \(head.framing) \(length)"
  }
}

private func isClean(_ text: String) -> Bool { text.utf8.allSatisfy { $0 != 13 && $0 != 10 && $0 != 0 } }

private func fuzzBody(_ whole: [UInt8], _ first: [UInt8], _ rest: [UInt8]) {
  var decoder = BodyDecoder(.chunked, limit: 500)
  var cutDecoder = BodyDecoder(.chunked, limit: 500)
  let step = decoder.take(whole.span.bytes)
  var cutStep = cutDecoder.take(first.span.bytes)
  var before = 0
  if case .needMore(let taken) = cutStep {
    precondition(taken == first.count, "bytes left over")
    before = taken
    cutStep = cutDecoder.take(rest.span.bytes)
  }
  switch (step, cutStep) {
  case (.done(let one), .done(let two)): precondition(one == before + two, "a cut changes where the body ends")
  case (.needMore, .needMore): break
  case (.refuse(let one), .refuse(let two)): precondition(one == two, "a cut changes why")
  default: preconditionFailure("a cut changes the body: \(step), \(cutStep)")
  }
  precondition(decoder.body == cutDecoder.body && decoder.body.count <= 500)
}
