import RouterCore

extension AdminAPI {
  /// The page that shows the graph and edits it. Its parts are no secret: they show only what this API answers.
  var dashboardEndpoints: [AdminEndpoint] {
    [
      AdminEndpoint(
        method: "GET", path: "/", summary: "The dashboard", access: .page,
        answers: [AdminAnswer(summary: "A page for people", type: "text/html")]
      ) { DashboardFile.index.answer(to: $0) },
      AdminEndpoint(
        method: "GET", path: "/dashboard/{file}", summary: "Parts of the dashboard", access: .open,
        answers: [
          AdminAnswer(summary: "Script, style or picture", type: "text/javascript"),
          AdminAnswer(status: 404, summary: "No such part", type: "application/problem+json", schema: "Problem"),
        ]
      ) { request in
        let file = DashboardFile.named[request.parameters["file"] ?? ""]
        return file?.answer(to: request) ?? AdminProblem.notFound(request.path).response
      },
    ]
  }
}
