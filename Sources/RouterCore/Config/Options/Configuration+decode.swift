extension Configuration {
  /// Reads the options of a node and reports every problem, not the first. Paths begin with the option's name.
  ///
  /// - Returns: The config; an option with a problem holds its default.
  public static func decode(_ json: JSON, in surroundings: Surroundings = .none) -> (Self, [Problem]) {
    guard let members = json.members else {
      return (Self(), [Problem(path: "", message: "expected an object, found \(json.glimpse)")])
    }
    return decode(members, over: fresh(in: surroundings), in: surroundings)
  }

  /// The defaults, in a document that may set some of its own.
  static func fresh(in surroundings: Surroundings) -> Self {
    let fresh = Self()
    guard var listening = fresh as? any ListeningConfiguration else { return fresh }
    listening.listener.limits = surroundings.limits
    return listening as? Self ?? fresh
  }

  /// - Parameter otherKeys: Keys that are read elsewhere; unknown ones are compared with them too.
  static func decode(
    _ members: [JSON.Member], over current: Self, in surroundings: Surroundings, otherKeys: [String] = []
  ) -> (Self, [Problem]) {
    var config = current
    var problems: [Problem] = []
    let options = options
    for member in members {
      guard let option = options.first(where: { $0.name == member.key }) else {
        let secrets = options.filter(\.isSecret).map(\.name)
        problems.append(.unknownKey(member, known: options.map(\.name) + otherKeys, secrets: secrets))
        continue
      }
      do throws(Mismatch) {
        try option.read(member.value, surroundings, &config)
      } catch {
        problems += error.problems(under: member.key, found: option.isSecret ? .none : .some(member.value))
      }
    }
    for option in options where option.isRequired && !members.contains(where: { $0.key == option.name }) {
      problems.append(Problem(path: "", message: "is missing", hint: option.help.sentence).under(option.name))
    }
    return (config, problems.isEmpty ? config.check().map(\.withPointer) : problems)
  }
}

extension Problem {
  /// - Parameters:
  ///   - known: The keys that could have been meant.
  ///   - secrets: Those whose values no message may show: they get no fix.
  static func unknownKey(_ member: JSON.Member, known: [String], secrets: [String] = []) -> Problem {
    var problem = Problem(
      path: Problem.word(member.key), pointer: "/" + JSONPointer.escape(member.key), message: "unknown key")
    problem.aim = .key
    if let meant = closest(to: member.key, in: known) {
      problem.hint = "did you mean \"\(meant)\"?"
      if !secrets.contains(meant) { problem.fix = .object([.init(member.key, .null), .init(meant, member.value)]) }
    }
    return problem
  }
}

extension String {
  /// Help text as it stands in brackets: without its full stop.
  var sentence: String { hasSuffix(".") ? String(dropLast()) : self }
}
