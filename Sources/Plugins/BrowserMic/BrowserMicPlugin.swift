public import RouterCore

/// From any browser into the graph, and onto the LAN.
public enum BrowserMicPlugin: Plugin {
  public static func register(with registrar: inout Registrar) throws(RegistrationError) {
    try registrar.add(BrowserMic.self)
    try registrar.add(OpusEncoder.self)
    try registrar.add(TCPStream.self)
    try registrar.add(UDPAnnouncer.self)
  }
}
