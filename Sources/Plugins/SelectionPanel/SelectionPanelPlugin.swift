public import RouterCore

/// Buttons to browsers, and to the speaker.
public enum SelectionPanelPlugin: Plugin {
  public static func register(with registrar: inout Registrar) throws(RegistrationError) {
    try registrar.add(PanelBrowsers.self)
  }
}
