import RouterCore
import Testing

@testable import router

private func graph(_ packets: Int, revision: Int64 = 1) -> JSON {
  [
    "revision": .integer(revision), "streams": [[:]], "documentProblems": [],
    "nodes": [
      ["id": "phone", "type": "ariacast.receiver", "state": "running"],
      ["id": "speaker", "type": "alsa.sink", "state": "waiting", "reason": "no card", "nextTry": "12:00"],
    ],
    "links": [
      [
        "id": "phone.audio->web.audio", "kind": "audio", "format": "pcm",
        "stats": ["packets": .integer(Int64(packets)), "missing": 3, "delayMs": 41.26],
      ],
      ["id": "phone.audio->mp3.audio", "kind": "audio", "notCarried": "it carries opus", "stats": ["packets": 0]],
      ["id": "phone.volume->speaker.volume", "kind": "event"],
    ],
  ]
}

private let start = Instant(nanoseconds: 1_000_000_000)
private let levels: JSON = ["links": ["phone.audio->web.audio": ["peakDb": -6.0, "rmsDb": -30.0]]]

@Suite struct MonitorTests {
  @Test func `rates come from two looks, and a link made anew counts from zero`() {
    var model = MonitorModel()
    model.take(graph: graph(1000), at: start)
    #expect(model.links(at: start)[0].packetsPerSecond == nil)
    model.take(graph: graph(1100), at: start + .seconds(2))
    #expect(model.links(at: start)[0].packetsPerSecond == 50)
    model.take(graph: graph(40), at: start + .seconds(3))
    #expect(model.links(at: start)[0].packetsPerSecond == 40)
  }

  @Test func `a level is forgotten half a second after it was heard`() {
    var model = MonitorModel()
    model.take(graph: graph(0), at: start)
    model.take(levels: levels, at: start)
    #expect(model.links(at: start + .milliseconds(500))[0].peakDb == -6)
    #expect(model.links(at: start + .milliseconds(501))[0].peakDb == nil)
  }

  @Test(
    arguments: [
      (nil, nil, "····················"), (0, 0, "████████████████████"), (-60, -60, "····················"),
      (-30, -6, "██████████·······▏··"), (-90, -45, "····▏···············"), (5, 5, "████████████████████"),
    ] as [(Double?, Double?, String)])
  func `a bar shows the effective value and the peak`(rms: Double?, peak: Double?, bar: String) {
    #expect(MonitorScreen.bar(rms, peak: peak) == bar)
  }

  @Test(arguments: [(0, 1, "0.0"), (-0.04, 1, "0.0"), (-12.35, 1, "-12.4"), (49.96, 1, "50.0"), (3.007, 2, "3.01")])
  func `numbers have a fixed count of decimals`(value: Double, decimals: Int, text: String) {
    #expect(MonitorScreen.fixed(value, decimals) == text)
  }

  @Test func `the screen shows every link with its numbers`() {
    var model = MonitorModel()
    model.take(graph: graph(1000), at: start)
    model.take(graph: graph(1050), at: start + .seconds(1))
    model.take(levels: levels, at: start + .seconds(1))
    let screen = MonitorScreen(columns: 100, rows: 30)
    #expect(
      screen.lines(model, at: start + .seconds(1), url: "http://h").joined(separator: "\n") == """
        http://h  revision 1  1 stream  q quits

        NODE     TYPE               STATE
        speaker  alsa.sink          waiting  no card; next try 12:00
        phone    ariacast.receiver  running

        LINK                          LEVEL                  dBFS packets/s delay ms   drops
        phone.audio->web.audio        ██████████·······▏··   -6.0      50.0     41.3       3
        phone.audio->mp3.audio        it carries opus
        phone.volume->speaker.volume  events
        """)
  }

  @Test func `no line is wider and no picture higher than the terminal`() {
    var model = MonitorModel()
    model.take(graph: graph(1), at: start)
    for columns in [1, 10, 40, 79, 200] {
      for rows in [1, 2, 5, 24] {
        let lines = MonitorScreen(columns: columns, rows: rows).lines(
          model, at: start, url: "http://house:8700", trouble: "lost")
        #expect(lines.count <= rows && lines.allSatisfy { $0.count <= columns })
      }
    }
  }

  @Test func `colour is where it is wanted and nowhere else`() {
    var model = MonitorModel()
    model.take(graph: graph(1), at: start)
    let plain = MonitorScreen(columns: 80, rows: 24).lines(model, at: start, url: "u").joined()
    #expect(!plain.contains("\u{1B}"))
    let coloured = MonitorScreen(columns: 80, rows: 24, hasColour: true).lines(model, at: start, url: "u").joined()
    #expect(coloured.contains("\u{1B}[31mwaiting\u{1B}[0m"))
  }

  @Test func `without a terminal it is plain lines or one object`() {
    var model = MonitorModel()
    model.take(graph: graph(1000), at: start)
    model.take(graph: graph(1050, revision: 2), at: start + .seconds(1))
    let lines = MonitorReport.lines(model, at: start + .seconds(1), time: "T")
    #expect(
      lines == [
        "T  node  speaker                 waiting          no card; next try 12:00",
        "T  link  phone.audio->web.audio  silent           50.0 packets/s           41.3 ms  3 dropped",
        "T  link  phone.audio->mp3.audio  it carries opus",
      ])
    let json = MonitorReport.json(model, at: start + .seconds(1), time: "T")
    #expect(json["revision"] == 2 && json["links"]?.items?[0]["packetsPerSecond"]?.double == 50)
    #expect(json["links"]?.items?[0]["peakDb"] == nil && json["links"]?.items?[1]["notCarried"] == "it carries opus")
  }

  @Test func `events are read wherever the bytes are cut`() {
    let text = ": hello\nevent: level\r\nid: 5\ndata: {\"a\":\ndata:1}\n\nevent: empty\n\ndata: é\r\r\n"
    let wanted = [EventText.Event(name: "level", data: "{\"a\":\n1}"), EventText.Event(name: "message", data: "é")]
    let bytes = Array(text.utf8)
    for cut in bytes.indices {
      var parser = EventText()
      #expect(parser.take(Array(bytes[..<cut])) + parser.take(Array(bytes[cut...])) == wanted)
    }
  }
}
