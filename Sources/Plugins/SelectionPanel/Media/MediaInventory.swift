/// A file in a media folder.
struct MediaFile: Sendable, Equatable {
  var name: String
  var format: MediaFormat
  /// Bytes.
  var size: Int
  /// Last change, nanoseconds since 1970.
  var changed: Int64

  /// Another text for another content.
  var version: String { String(changed, radix: 36) + "-" + String(size, radix: 36) }
}

/// What a media folder holds for each slot. Pure.
///
/// Of several files of one role the first non-empty one counts, in the order of ``MediaFormat``.
struct MediaInventory: Sendable, Equatable {
  let naming: MediaNaming
  private var files: [Int: [MediaFile]] = [:]

  init(_ naming: MediaNaming, _ found: [MediaFile] = []) {
    self.naming = naming
    for file in found {
      guard let (slot, _) = naming.meaning(of: file.name) else { continue }
      files[slot, default: []].append(file)
    }
  }

  /// What is shown or played; nil if it is missing. It may be empty.
  func file(_ role: MediaRole, of slot: Int) -> MediaFile? {
    let all = files[slot] ?? []
    let ranked = role.formats.compactMap { format in all.first { $0.format == format } }
    return ranked.first { $0.size > 0 } ?? ranked.first
  }

  /// Every file of that slot and role, also those that do not count.
  func all(_ role: MediaRole, of slot: Int) -> [MediaFile] { (files[slot] ?? []).filter { $0.format.role == role } }

  /// Files that are wanted and missing, by the usual names, and empty ones, marked as such; in order.
  var missing: [String] {
    naming.slots.flatMap { slot in
      MediaRole.allCases.compactMap { role -> String? in
        guard let file = file(role, of: slot) else { return MediaNaming.name(slot, role.usual) }
        return file.size > 0 ? nil : "\(file.name) (leer)"
      }
    }
  }
}
