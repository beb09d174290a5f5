public import RouterCore

/// `panel.serial`: buttons and lights behind a serial port.
public enum PanelSerial: NodeDefinition {
  public static let type = "panel.serial"
  public static let summary =
    "Talks with the microcontroller of a panel over a serial port: button presses come out, lights go in. Both firmware "
    + "families are understood; a panel that is pulled out, reset or silent is noticed, and its lights are put right."

  /// The options of ``PanelSerial``.
  public struct Config: Configuration {
    var device = "/dev/serial/by-id/usb-Espressif_USB_JTAG_serial_debug_unit_*"
    var baud = 115_200
    var slotOffset = 0
    var lockFile: String?

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option(
          "device", \.device,
          "Path of the serial device; wildcards are allowed, the first match is taken. Paths below /dev/serial/by-id stay "
            + "the same however it is plugged in."),
        Option("baud", \.baud, 1200...921_600, unit: "baud", "Speed; boards with USB of their own do not mind."),
        Option(
          "slotOffset", \.slotOffset, -1...1,
          "Added to a button's number to make a slot's, where the firmware counts from another number than the media do."
        ),
        Option(
          "lockFile", \.lockFile,
          "A file that is locked (flock) while the port is open, for other programs that use the same panel."),
      ]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .eventIn("leds", LedsEvent.self, "Which light is on."),
      .eventOut("presses", PressEvent.self, "Buttons, as they are pressed."),
      .eventOut("status", PanelStatusEvent.self, "Whether the panel answers, and what it says of itself."),
    ]
  }

  public static var traits: NodeTraits { [.exclusive] }

  public static func claims(of config: Config) -> [Claim] { [.device(config.device)] }

  public static func choices() -> [String: [String]] {
    let named = SerialPort.matches("/dev/serial/by-id/*")
    return ["device": named.isEmpty ? SerialPort.matches("/dev/ttyACM*") + SerialPort.matches("/dev/ttyUSB*") : named]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node { PanelSerialNode(config, context) }
}
