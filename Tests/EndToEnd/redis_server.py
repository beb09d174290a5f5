"""A real redis-server on a private port, with a password, TLS or little memory as a test wants it."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

from router import eventually


def free_port() -> int:
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        return spare.getsockname()[1]


def certificates(folder: Path) -> dict[str, Path]:
    """An authority, and a certificate for localhost and 127.0.0.1 signed by it."""
    paths = {name: folder / f"{name}.pem" for name in ("ca", "ca-key", "cert", "key")}

    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *curve, "-keyout", paths["ca-key"], "-out", paths["ca"], "-subj", "/CN=test authority",
            "-days", "2")
    request = folder / "request.pem"
    openssl("req", *curve, "-keyout", paths["key"], "-out", request, "-subj", "/CN=localhost")
    names = folder / "names.txt"
    names.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", request, "-CA", paths["ca"], "-CAkey", paths["ca-key"], "-CAcreateserial", "-out",
            paths["cert"], "-days", "2", "-extfile", names)
    return paths


class RedisServer:
    """One server. What it knows is gone when it ends."""

    def __init__(self, folder: Path, *options: str, tls: bool = False, password: str | None = None):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.options = list(options)
        self.password = password
        self.files = certificates(folder) if tls else None
        self.process = None

    @property
    def url(self) -> str:
        return f"redis{'s' if self.files else ''}://127.0.0.1:{self.port}"

    def start(self) -> "RedisServer":
        port = ["--port", str(self.port)]
        if self.files:
            port = ["--port", "0", "--tls-port", str(self.port), "--tls-cert-file", str(self.files["cert"]),
                    "--tls-key-file", str(self.files["key"]), "--tls-ca-cert-file", str(self.files["ca"]),
                    "--tls-auth-clients", "no"]
        password = ["--requirepass", self.password] if self.password else []
        with (self.folder / "redis.txt").open("ab") as output:
            self.process = subprocess.Popen(
                [shutil.which("redis-server") or "redis-server", *port, *password, "--bind", "127.0.0.1", "--save", "",
                 "--appendonly", "no", "--dir", str(self.folder), *self.options],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        eventually(lambda: self.ask("PING") == "PONG", 10, "redis-server")
        return self

    def ask(self, *words: str) -> str:
        """One command, as redis-cli prints its answer to a program."""
        assert self.process.poll() is None, (self.folder / "redis.txt").read_text()
        tls = ["--tls", "--cacert", str(self.files["ca"])] if self.files else []
        env = os.environ | ({"REDISCLI_AUTH": self.password} if self.password else {})
        done = subprocess.run(
            ["redis-cli", "-p", str(self.port), *tls, *words], capture_output=True, text=True, env=env, timeout=10)
        return done.stdout.removesuffix("\n")

    def entries(self, key: str) -> list[dict[str, str]]:
        """What a stream holds."""
        lines = iter(self.ask("XRANGE", key, "-", "+").split("\n"))
        found = []
        for line in lines:
            if "-" in line and line.replace("-", "").isdigit():
                words = [next(lines) for _ in range(10)]
                found.append(dict(zip(words[::2], words[1::2])))
        return found

    def kill(self):
        """As a crash."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    def pause(self):
        os.kill(self.process.pid, 19)

    def resume(self):
        os.kill(self.process.pid, 18)
