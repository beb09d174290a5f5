extension RoutesReader {
  mutating func readLinks(_ links: JSON?) {
    guard let links else { return }
    guard let items = links.items else {
      problems.append(Problem(path: "links", message: "expected a list, found \(links.glimpse)", hint: "put it in [ ]"))
      return
    }
    for (index, item) in items.enumerated() {
      switch item {
      case .string(let text): readChain(text, at: index)
      case .object(let members): readObject(members, at: index)
      default:
        report("expected a chain such as \"a -> b\" or {\"from\", \"to\"}, found \(item.glimpse)", at: LinkPlace(index))
      }
    }
  }

  private mutating func readChain(_ text: String, at index: Int) {
    do throws(LinkMistake) {
      let ends = try LinkEnd.chain(text)
      let places = ends.map { LinkPlace(index, offset: $0.offset) }
      resolve(ends, at: places, source: text)
    } catch {
      let fix = error.meant.map { linksFix(index, .string($0)) }
      report(error.message, hint: error.hint, fix: fix, at: LinkPlace(index, offset: error.offset))
    }
  }

  private mutating func readObject(_ members: [JSON.Member], at index: Int) {
    let (object, found) = LinkObject.decode(members, over: LinkObject(), in: .none)
    problems += found.map { $0.under(index).under("links") }
    guard found.isEmpty else { return }
    var ends: [LinkEnd] = []
    var places: [LinkPlace] = []
    for (key, text) in [("from", object.from), ("to", object.to)] {
      let place = LinkPlace(index, key: key)
      do throws(LinkMistake) {
        ends.append(try LinkEnd.single(text))
        places.append(place)
      } catch {
        report(error.message, at: place)
      }
    }
    if ends.count == 2 { resolve(ends, at: places, source: nil) }
  }

  /// - Parameter source: The chain, for fixes; nil for an object.
  private mutating func resolve(_ ends: [LinkEnd], at places: [LinkPlace], source: String?) {
    var outputs: [Port?] = []
    var inputs: [Port?] = []
    for (index, end) in ends.enumerated() {
      let role: LinkRole = index == 0 ? .from : index == ends.count - 1 ? .to : .through
      let (input, output) = ports(of: end, role, at: places[index], source: source)
      inputs.append(input)
      outputs.append(output)
    }
    for index in ends.indices.dropLast() {
      guard let from = outputs[index], let to = inputs[index + 1] else { continue }
      let hop = LinkHop(from: ends[index], output: from, to: ends[index + 1], input: to, isWhole: ends.count == 2)
      connect(hop, at: LinkPlace(places[index].index, offset: places[index].offset))
    }
  }

  private mutating func connect(_ hop: LinkHop, at place: LinkPlace) {
    guard PortFit.fits(hop.output, hop.input) else {
      reportMisfit(hop, at: place)
      return
    }
    let link = PlannedLink(
      from: PortReference(node: hop.from.node, port: hop.output.name),
      to: PortReference(node: hop.to.node, port: hop.input.name), kind: hop.output.isAudio ? .audio : .event)
    if let first = linkIndices[link.id] {
      let fix = hop.isWhole ? linksFix(place.index, nil) : nil
      report(
        "\(link.from) -> \(link.to) is linked already", hint: "in links[\(origins[first].index)]", fix: fix, at: place)
      return
    }
    linkIndices[link.id] = document.links.count
    document.links.append(link)
    origins.append(place)
  }

  mutating func report(_ message: String, hint: String? = nil, fix: JSON? = nil, at place: LinkPlace) {
    problems.append(place.problem(message, hint: hint, fix: fix))
  }
}

/// `{ "from": "phone.audio", "to": "speaker" }`
struct LinkObject: Configuration {
  var from = ""
  var to = ""
  static var options: [Option<Self>] {
    [
      Option("from", \.from, required: true, "Node and output port; the port left out is the main output."),
      Option("to", \.to, required: true, "Node and input port; the port left out is the main input."),
    ]
  }
}

/// Where in `links` something stands.
struct LinkPlace: Equatable {
  let index: Int
  /// Bytes from the beginning of the chain.
  var offset: Int?
  /// `from` or `to` of an object.
  var key: String?

  init(_ index: Int, offset: Int? = nil, key: String? = nil) {
    self.index = index
    self.offset = offset
    self.key = key
  }

  func problem(_ message: String, hint: String? = nil, fix: JSON? = nil)
    -> Problem
  {
    var problem = Problem(path: "", message: message, hint: hint)
    if let offset { problem.aim = .byte(offset) }
    if let key { problem = problem.under(key) }
    problem = problem.under(index).under("links")
    problem.fix = fix
    return problem
  }
}

/// What an end does in its chain.
enum LinkRole { case from, through, to }

/// Two neighbours of a chain with the ports they mean.
struct LinkHop {
  let from: LinkEnd
  let output: Port
  let to: LinkEnd
  let input: Port
  /// The chain has no other nodes.
  let isWhole: Bool
}
