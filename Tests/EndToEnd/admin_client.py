"""The writing half of the admin API, as a program uses it."""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request


class Answer:
    """Status, header fields and body of one answer."""

    def __init__(self, status, fields, body):
        self.status = status
        self.fields = fields
        self.text = body.decode()
        self.tag = fields.get("ETag")

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def problems(self) -> list[dict]:
        assert self.fields["Content-Type"].startswith("application/problem+json"), self.text
        return self.json["problems"]

    def __repr__(self):
        return f"{self.status} {self.text[:2000]}"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


class Admin:
    """Speaks to the admin listener of a running router; follows no redirects and keeps no cookies."""

    def __init__(self, base: str, token: str | None = None):
        self.base = base
        self.token = token
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)

    def call(self, method, path, body=None, match=None, kind="application/json", fields=None, timeout=20) -> Answer:
        """`body`: bytes or text as they are, anything else as JSON."""
        fields = dict(fields or {})
        if self.token:
            fields.setdefault("Authorization", f"Bearer {self.token}")
        if match:
            fields["If-Match"] = match
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else \
                json.dumps(body).encode()
            if kind:
                fields.setdefault("Content-Type", kind)
        path = path if path.startswith("/") else "/api/v1/" + path
        request = urllib.request.Request(self.base + path, data=data, headers=fields, method=method)
        try:
            with self._opener.open(request, timeout=timeout) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def get(self, path="graph", **options) -> Answer:
        return self.call("GET", path, **options)

    def put(self, path, body, **options) -> Answer:
        return self.call("PUT", path, body, **options)

    def patch(self, path, body, **options) -> Answer:
        return self.call("PATCH", path, body, **options)

    def post(self, path, body=None, **options) -> Answer:
        return self.call("POST", path, body, **options)

    def delete(self, path, **options) -> Answer:
        return self.call("DELETE", path, **options)

    @property
    def tag(self) -> str:
        return self.get().tag

    @property
    def graph(self) -> dict:
        return self.get().json


class KeptAdmin(Admin):
    """The same over one connection that stays open, for many calls."""

    def __init__(self, base: str, token: str | None = None):
        super().__init__(base, token)
        self._connection = http.client.HTTPConnection(urllib.parse.urlsplit(base).netloc, timeout=30)

    def call(self, method, path, body=None, match=None, kind="application/json", fields=None, timeout=None) -> Answer:
        fields = dict(fields or {})
        if self.token:
            fields.setdefault("Authorization", f"Bearer {self.token}")
        if match:
            fields["If-Match"] = match
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        if data is not None:
            fields.setdefault("Content-Type", kind)
        self._connection.request(method, path if path.startswith("/") else "/api/v1/" + path, data, fields)
        answer = self._connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())

    def close(self):
        self._connection.close()


def quoted(link: str) -> str:
    """A link id as it stands in a URL."""
    return urllib.parse.quote(link, safe="")
