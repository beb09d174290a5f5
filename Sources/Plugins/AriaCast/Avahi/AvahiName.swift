internal import CAvahi

/// Names as Avahi makes them.
enum AvahiName {
  /// The name to try after this one was taken: "Kitchen" becomes "Kitchen #2", that becomes "Kitchen #3"; within the 63
  /// bytes a name may have. Pure.
  static func alternative(to name: String) -> String {
    guard let made = unsafe avahi_alternative_service_name(name) else { return name }
    defer { unsafe avahi_free(made) }
    return unsafe String(cString: made)
  }
}
