import Glibc
import RouterCore

/// The page of the media folder, and what it asks for.
extension BrowsersNode {
  nonisolated func libraryRoutes() async -> [Route] {
    let (limit, access) = await (config.maxUploadMiB << 20, access)
    return [
      Route("GET", BrowsersRoute.library, access: .device) { PageFile.library.answer(to: $0) },
      Route("GET", BrowsersRoute.list, access: .device) { BrowsersNode.fresh(.json(await self.listing($0))) },
      Route("PUT", BrowsersRoute.change, bodyLimit: limit, refusal: { BrowsersNode.refusal($0, access) }) {
        await self.upload($0)
      },
      Route("DELETE", BrowsersRoute.change, bodyLimit: 0) { await self.delete($0) },
    ]
  }

  private var access: ActionAccess { context.access.with(config.listener.token) }

  /// `GET /api/media`: every slot and what is there.
  private func listing(_ request: HTTPRequest) -> JSON {
    let inventory = folder.inventory
    func json(_ file: MediaFile?) -> JSON {
      guard let file else { return .null }
      return [
        "file": .string(file.name), "size": .integer(Int64(file.size)), "version": .string(file.version),
      ]
    }
    let slots = inventory.naming.slots.map { slot -> JSON in
      [
        "slot": .integer(Int64(slot)), "image": json(inventory.file(.image, of: slot)),
        "sound": json(inventory.file(.sound, of: slot)),
      ]
    }
    return [
      "name": .string(title), "count": .integer(Int64(config.mediaCount)), "base": .integer(Int64(config.base)),
      "media": .integer(Int64(folder.revision)), "missing": .integer(Int64(inventory.missing.count)),
      "mayChange": .bool(access.allows(request)), "hasToken": .bool(access.hasToken),
      "maxUploadBytes": .integer(Int64(config.maxUploadMiB << 20)), "slots": .array(slots),
    ]
  }

  // MARK: Changes

  /// Why something was not done, as pages and people read it.
  private struct Refusal: Error {
    var status: Int
    var code: String
    var message: String
  }

  private func upload(_ request: HTTPRequest) async -> HTTPResponse {
    do throws(Refusal) {
      let (slot, role) = try place(of: request)
      let format = try kind(of: request.body, role)
      let (folder, bytes) = (folder, request.body)
      let failure = await context.blocking.run { () -> SystemError? in
        do throws(SystemError) {
          try folder.put(bytes, format, slot: slot)
          return nil
        } catch { return error }
      }
      if let failure { throw refusal(failure) }
      counters.uploads.add()
      let name = MediaNaming.name(slot, format)
      context.log.info(
        "a media file was uploaded", ("file", name), ("bytes", String(bytes.count)), ("peer", request.peer.description))
      await lookAtMedia()
      return BrowsersNode.fresh(.json(["file": .string(name), "size": .integer(Int64(bytes.count))]))
    } catch {
      return BrowsersNode.answer(error)
    }
  }

  private func delete(_ request: HTTPRequest) async -> HTTPResponse {
    do throws(Refusal) {
      let (slot, role) = try place(of: request)
      let folder = folder
      let outcome = await context.blocking.run { () -> Result<Bool, SystemError> in
        do throws(SystemError) { return .success(try folder.remove(role, slot: slot)) } catch { return .failure(error) }
      }
      switch outcome {
      case .failure(let failure): throw refusal(failure)
      case .success(false): throw Refusal(status: 404, code: "nothing", message: "there is no such file")
      case .success(true): break
      }
      context.log.info(
        "media were deleted", ("slot", MediaNaming.digits(slot)), ("role", role.rawValue),
        ("peer", request.peer.description))
      await lookAtMedia()
      return HTTPResponse(status: 204)
    } catch {
      return BrowsersNode.answer(error)
    }
  }

  private func place(of request: HTTPRequest) throws(Refusal) -> (slot: Int, role: MediaRole) {
    if let refusal = BrowsersNode.stranger(request, access) { throw refusal }
    guard let slot = Int(request.parameters["slot"] ?? ""), config.naming.slots.contains(slot),
      let role = MediaRole(rawValue: request.parameters["role"] ?? "")
    else { throw Refusal(status: 404, code: "slot", message: "there is no such slot") }
    return (slot, role)
  }

  /// Before the file of a stranger is read.
  private static func refusal(_ request: HTTPRequest, _ access: ActionAccess) -> HTTPResponse? {
    stranger(request, access).map { answer($0) }
  }

  private static func stranger(_ request: HTTPRequest, _ access: ActionAccess) -> Refusal? {
    guard !access.allows(request) else { return nil }
    let message = access.hasToken ? "a token is needed" : "only this machine may: no token is set"
    return Refusal(status: access.hasToken ? 401 : 403, code: "access", message: message)
  }

  private func kind(of bytes: [UInt8], _ role: MediaRole) throws(Refusal) -> MediaFormat {
    if bytes.isEmpty { throw Refusal(status: 400, code: "empty", message: "the file is empty") }
    guard let format = MediaFormat(content: bytes), format.role == role else {
      let wanted = role.formats.map(\.rawValue).joined(separator: ", ")
      throw Refusal(status: 415, code: "kind", message: "expected \(wanted), found something else")
    }
    return format
  }

  private func refusal(_ failure: SystemError) -> Refusal {
    context.log.error("the media folder could not be changed", ("reason", failure.description))
    let isFull = failure.code == ENOSPC || failure.code == EDQUOT
    return Refusal(
      status: isFull ? 507 : 500, code: isFull ? "full" : "disk", message: "could not be written: \(failure)")
  }

  private static func answer(_ refusal: Refusal) -> HTTPResponse {
    var answer = HTTPResponse.json(
      ["error": .string(refusal.code), "message": .string(refusal.message)], status: refusal.status)
    if refusal.status == 401 { answer.fields.add("WWW-Authenticate", "Bearer") }
    return BrowsersNode.fresh(answer)
  }
}
