public import RouterCore

/// Buttons to browsers, and to the speaker.
public enum SelectionPanelPlugin: Plugin {
  public static func register(with registrar: inout Registrar) throws(RegistrationError) {
    try registrar.add(PanelSerial.self)
    try registrar.add(PanelSelector.self)
    try registrar.add(MediaPlayer.self)
    try registrar.add(PanelBrowsers.self)
  }
}
