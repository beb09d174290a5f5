public import RouterCore

/// Many microphones, and files that survive anything.
public enum ADPCMIngestPlugin: Plugin {
  public static func register(with registrar: inout Registrar) throws(RegistrationError) {
    try registrar.add(MicrophoneIngest.self)
    try registrar.add(ADPCMDecoder.self)
    try registrar.add(ADPCMEncoder.self)
    try registrar.add(FrameRotator.self)
    try registrar.add(WAVRotator.self)
    try registrar.add(S3Uploader.self)
  }
}
