import Testing

@testable import SelectionPanel

/// Names of files, and what of a folder counts.
@Suite struct MediaNamingTests {
  @Test(arguments: [
    ("003.jpg", 3), ("010.mp3", 10), ("001.flac", 1), ("002.avif", 2),
  ])
  func `a name with three digits and a known ending is a slot's`(name: String, slot: Int) {
    #expect(MediaNaming(count: 10, base: 1).meaning(of: name)?.slot == slot)
  }

  @Test(arguments: [
    "3.jpg", "0003.jpg", "003.JPG", "003.jpeg", "003", "003.jpg.mp3", ".jpg", "000.jpg", "011.jpg", "a03.jpg",
    "-03.jpg",
    "003.svg", "", "003.", "٠٠٣.jpg",
  ])
  func `every other name is nobody's`(name: String) {
    #expect(MediaNaming(count: 10, base: 1).meaning(of: name) == nil)
  }

  @Test func `slots are counted from the base`() {
    #expect(MediaNaming(count: 10, base: 0).slots == 0..<10)
    #expect(MediaNaming(count: 999, base: 1).slots == 1..<1000)
    #expect(MediaNaming(count: 999, base: 0).meaning(of: "999.mp3") == nil)
    #expect(MediaNaming.name(7, .ogg) == "007.ogg")
  }

  private func file(_ name: String, _ size: Int = 1) -> MediaFile {
    let naming = MediaNaming(count: 999, base: 0)
    return MediaFile(name: name, format: naming.meaning(of: name)?.format ?? .jpg, size: size, changed: 1)
  }

  @Test func `the first match wins, an empty file only where there is no other`() {
    let naming = MediaNaming(count: 3, base: 1)
    let found = MediaInventory(
      naming,
      [
        file("001.avif"), file("001.png"), file("001.flac"), file("001.wav"), file("002.jpg", 0), file("002.webp"),
        file("003.mp3", 0),
      ])
    #expect(found.file(.image, of: 1)?.name == "001.png")
    #expect(found.file(.sound, of: 1)?.name == "001.wav")
    #expect(found.file(.image, of: 2)?.name == "002.webp")
    #expect(found.file(.sound, of: 3)?.size == 0)
    #expect(found.missing == ["002.mp3", "003.jpg", "003.mp3 (leer)"])
  }

  @Test func `files of other numbers are not counted`() {
    let found = MediaInventory(MediaNaming(count: 1, base: 0), [file("001.jpg"), file("001.mp3")])
    #expect(found.missing == ["000.jpg", "000.mp3"])
  }

  @Test(
    arguments: [
      (MediaFormat.jpg, [0xFF, 0xD8, 0xFF]), (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
      (.webp, Array("RIFF....WEBP".utf8)), (.avif, [0, 0, 0, 0x20] + Array("ftypavif".utf8)),
      (.wav, Array("RIFF....WAVE".utf8)), (.wav, Array("RF64....WAVE".utf8)), (.ogg, Array("OggS".utf8)),
      (.flac, Array("fLaC".utf8)), (.mp3, Array("ID3".utf8)), (.mp3, [0xFF, 0xFB, 0x90, 0x64]),
    ] as [(MediaFormat, [UInt8])])
  func `the kind is told by the content, and by all of it`(format: MediaFormat, head: [UInt8]) {
    #expect(MediaFormat(content: head + [0, 0, 0, 0]) == format)
    for length in 0..<head.count { #expect(MediaFormat(content: Array(head.prefix(length))) == nil, "\(length)") }
  }

  @Test(arguments: ["<svg xmlns=", "<!doctype html>", "GIF89a", "%PDF-1.7", "RIFF....AVI ", "\u{7F}ELF"])
  func `other contents are no media`(text: String) {
    #expect(MediaFormat(content: Array(text.utf8)) == nil)
  }
}
