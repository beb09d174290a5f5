/// Bounds-checked loads by explicit endianness. The one place that reads packet memory unchecked.
extension RawSpan {
  @inlinable public func u8(_ offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount)
    return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  @inlinable public func i16le(_ offset: Int) -> Int16 {
    precondition(offset >= 0 && offset &+ 2 <= byteCount)
    return Int16(littleEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: Int16.self))
  }

  @inlinable public func u16be(_ offset: Int) -> UInt16 {
    precondition(offset >= 0 && offset &+ 2 <= byteCount)
    return UInt16(bigEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self))
  }

  @inlinable public func u32le(_ offset: Int) -> UInt32 {
    precondition(offset >= 0 && offset &+ 4 <= byteCount)
    return UInt32(littleEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
  }

  @inlinable public func u64be(_ offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset &+ 8 <= byteCount)
    return UInt64(bigEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }

  @inlinable public func f32le(_ offset: Int) -> Float {
    Float(bitPattern: u32le(offset))
  }
}
