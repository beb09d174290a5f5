/// The key of a member, compared with words of the program without a text being made: an answer has a hundred thousand.
struct AnswerKey {
  private let bytes: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }
  init(_ text: String) { bytes = Array(text.utf8)[...] }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// For `switch`.
  static func ~= (word: StaticString, key: AnswerKey) -> Bool {
    guard word.utf8CodeUnitCount == key.bytes.count else { return false }
    return unsafe key.bytes.elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }
}
