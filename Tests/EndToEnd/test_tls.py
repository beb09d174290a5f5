"""tls: "auto": a local authority, and what curl, openssl and Python say about it."""

import ssl
import stat
import subprocess

import aiohttp
import asyncio
import phone
import sound
from documents_used import listening, to_web, tone_to_web
from router import eventually


def secure(**more):
    return to_web(phone={"tls": "auto"}, web={"tls": "auto"}, **more)


def fetch_authority(router, folder):
    file = folder / "ca.crt"
    done = subprocess.run(
        ["curl", "-s", "-o", str(file), "-w", "%{http_code}", router.admin + "/ca.crt"],
        capture_output=True, text=True, timeout=20)
    assert done.stdout == "200", done
    assert "BEGIN CERTIFICATE" in file.read_text()
    return file


def test_curl_trusts_the_stream_with_the_authority_and_not_without(start, tmp_path):
    router = start(secure())
    authority = fetch_authority(router, tmp_path)
    port = router.bound("web")[1]
    for host in ("127.0.0.1", "localhost"):
        url = f"https://{host}:{port}/stream.wav"
        with_it = subprocess.run(
            ["curl", "-sN", "--cacert", str(authority), "--max-time", "2", url], capture_output=True, timeout=20)
        assert with_it.returncode == 28 and with_it.stdout[:4] == b"RIFF", with_it
    without = subprocess.run(["curl", "-s", "--max-time", "2", url], capture_output=True, timeout=20)
    assert without.returncode == 60


def test_the_authority_is_served_where_it_is_needed(start, tmp_path):
    document = secure()
    document["nodes"]["page"] = listening("ariacast.dashboard")
    document["nodes"]["plain"] = listening("http.stream")
    router = start(document)
    file = fetch_authority(router, tmp_path)

    def fetched(node, scheme):
        done = subprocess.run(
            ["curl", "-s", "--cacert", str(file), "-w", "%{http_code}", router.url(node, "/ca.crt", scheme)],
            capture_output=True, text=True, timeout=20)
        return done.stdout

    for node, scheme in (("web", "https"), ("phone", "https"), ("page", "http")):
        assert fetched(node, scheme) == file.read_text() + "200"


def test_openssl_agrees_with_the_certificates(start, tmp_path):
    router = start(secure())
    authority = fetch_authority(router, tmp_path)
    host, port = router.bound("web")
    said = subprocess.run(
        ["openssl", "s_client", "-connect", f"{host}:{port}", "-CAfile", str(authority), "-verify_return_error",
         "-servername", "localhost", "-alpn", "h2,http/1.1"],
        capture_output=True, text=True, timeout=20, input="").stdout
    assert "Verify return code: 0 (ok)" in said
    assert "ALPN protocol: http/1.1" in said
    text = subprocess.run(
        ["openssl", "x509", "-text", "-noout"], input=said, capture_output=True, text=True, timeout=20).stdout
    assert "prime256v1" in text and "DNS:localhost" in text and "IP Address:127.0.0.1" in text
    for version in ("-tls1", "-tls1_1"):
        old = subprocess.run(
            ["openssl", "s_client", version, "-connect", f"{host}:{port}"], capture_output=True, timeout=20, input=b"")
        assert old.returncode != 0


def test_the_authority_is_kept_and_its_key_is_private(start, tmp_path):
    router = start(secure())
    first = fetch_authority(router, tmp_path).read_bytes()
    keys = [file for file in router.folder.rglob("*") if file.is_file() and b"PRIVATE KEY" in file.read_bytes()]
    assert keys and all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in keys)
    assert router.stop() == 0
    router.start()
    assert fetch_authority(router, tmp_path).read_bytes() == first


def test_a_phone_casts_over_a_secure_websocket(start, tmp_path):
    router = start(secure())
    trust = ssl.create_default_context(cafile=str(fetch_authority(router, tmp_path)))
    host, port = router.bound("phone")
    sent = sound.noise(2)
    heard = bytearray()

    async def cast():
        async with aiohttp.ClientSession() as session:
            async with session.get(router.url("web", "/stream.wav", "https"), ssl=trust) as stream:
                async def listen():
                    async for chunk in stream.content.iter_any():
                        heard.extend(chunk)
                listener = asyncio.create_task(listen())
                async with session.ws_connect(f"wss://{host}:{port}/audio", ssl=trust) as ws:
                    assert "READY" in await ws.receive_str()
                    pace = phone.Pace()
                    for packet in sound.packets(sent):
                        await ws.send_bytes(packet)
                        await asyncio.sleep(pace.left())
                await asyncio.sleep(0.5)
                listener.cancel()

    asyncio.run(asyncio.wait_for(cast(), 30))
    assert sound.same_frames(sound.read(bytes(heard[44:])), sent) == len(sent)


def test_own_certificates_are_served(start, tmp_path):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-subj", "/CN=own", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(tmp_path / "key.pem"), "-out",
         str(tmp_path / "cert.pem")], check=True, capture_output=True)
    tls = {"cert": str(tmp_path / "cert.pem"), "key": str(tmp_path / "key.pem")}
    document = tone_to_web()
    document["nodes"]["web"]["tls"] = tls
    router = start(document)
    done = subprocess.run(
        ["curl", "-sN", "--cacert", str(tmp_path / "cert.pem"), "--max-time", "2",
         router.url("web", "/stream.wav", "https")], capture_output=True, timeout=20)
    assert done.returncode == 28 and done.stdout[:4] == b"RIFF"


def test_plain_text_on_a_secure_port_is_refused_and_a_slow_handshake_ends(start):
    router = start(to_web(web={"tls": "auto", "limits": {"headerSeconds": 1}}))
    host, port = router.bound("web")
    with phone.BareSocket(host, port) as peer:
        answer = peer.say(f"GET /stream.wav HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n").read_to_end()
        assert answer.startswith(b"HTTP/1.1 400 ") and answer.endswith(b"use https\n"), answer
    done = subprocess.run(
        ["curl", "-s", "-w", "%{http_code}", router.url("web", "/stream.wav")], capture_output=True, timeout=20)
    assert done.returncode == 0 and done.stdout.endswith(b"use https\n400"), done
    with phone.BareSocket(host, port) as peer:
        peer.say(b"\x16\x03\x01")
        peer.read_to_end(5)
    eventually(lambda: router.get("/ready")[0] == 200, 2)
