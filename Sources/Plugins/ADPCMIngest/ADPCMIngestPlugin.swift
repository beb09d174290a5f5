public import RouterCore

/// Many microphones, and files that survive anything.
public enum ADPCMIngestPlugin: Plugin {
  public static func register(with registrar: inout Registrar) throws(RegistrationError) {}
}
