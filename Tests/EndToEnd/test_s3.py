"""Finished files into a store that speaks S3: a real server program that checks every signature."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from botocore.config import Config

import router as program
from recordings import Sent, recorded
from router import eventually

BUCKET = "microphones"


class Store:
    """moto's server. The first calls make a user with a key and rights; from then on signatures and rights are checked."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as spare:
            spare.bind(("127.0.0.1", 0))
            self.port = spare.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self) -> "Store":
        # create_user, create_access_key, put_user_policy, create_bucket
        env = os.environ | {"INITIAL_NO_AUTH_ACTION_COUNT": "4"}
        with (self.folder / "moto.txt").open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)], env=env, stdout=output,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        eventually(self._answers, 30, "moto's server")
        first = {"endpoint_url": self.url, "region_name": "eu-west-1", "aws_access_key_id": "x",
                 "aws_secret_access_key": "x"}
        iam = boto3.client("iam", **first)
        iam.create_user(UserName="router")
        key = iam.create_access_key(UserName="router")["AccessKey"]
        self.id, self.secret = key["AccessKeyId"], key["SecretAccessKey"]
        iam.put_user_policy(
            UserName="router", PolicyName="all",
            PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}')
        self.s3 = boto3.client("s3", **first | {"aws_access_key_id": self.id, "aws_secret_access_key": self.secret},
                               config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        return self

    def _answers(self):
        assert self.process.poll() is None, (self.folder / "moto.txt").read_text()
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def objects(self) -> dict[str, int]:
        found = {}
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
            found |= {one["Key"]: one["Size"] for one in page.get("Contents", [])}
        return found

    def content(self, key) -> bytes:
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)


@pytest.fixture
def store(tmp_path):
    one = Store(tmp_path).start()
    yield one
    one.stop()


def document(url, key, secret, **options) -> dict:
    return {
        "nodes": {
            "mics": {"type": "adpcm.ingest", "listen": "127.0.0.1:0"},
            "raw": {"type": "frame.rotator", "directory": "data"},
            "store": {"type": "s3.uploader", "serviceUrl": url, "bucket": BUCKET, "accessKey": key, "secretKey": secret}
            | options,
        },
        "links": ["mics -> raw", "raw.files -> store.files"],
    }


def test_finished_files_reach_the_store_with_their_sidecars(start, store):
    router = start(document(store.url, store.id, store.secret))
    sent = Sent(1)
    assert sent.send(router.bound("mics")) == (1000, "bye")
    assert sent.send(router.bound("mics"), "/ws/AA:BB") == (1000, "bye")
    found = eventually(lambda: (lambda all: all if len(all) == 4 else None)(store.objects()), 10, "four objects")
    for path in recorded(router.folder / "data", "bin"):
        key = "received/" + str(path.relative_to(router.folder / "data"))
        assert store.content(key) == path.read_bytes() == b"".join(sent.messages)
        assert found[key + ".json"] == os.path.getsize(f"{path}.json")
    assert "AA_BB/stream_1_AA_BB_" in "".join(found)
    assert router.stat("store", "router_s3_uploaded_files_total") == 2


def test_a_wrong_secret_is_said_and_nothing_is_lost(start, store):
    router = start(document(store.url, store.id, "wrong"))
    assert Sent(0.5).send(router.bound("mics")) == (1000, "bye")
    state = router.wait_for_state("store", "waiting")
    assert "refuses the key" in state["reason"] and "SignatureDoesNotMatch" in state["reason"], state
    assert store.objects() == {}
    text = router.file.read_text().replace('"wrong"', f'"{store.secret}"')
    router.file.write_text(text)
    eventually(lambda: len(store.objects()) == 2, 15, "the file in the store")


def test_a_store_that_is_away_holds_nobody_and_gets_all_when_it_is_back(start, tmp_path):
    store = Store(tmp_path)
    router = start(document(store.url, "id", "secret"))
    sent = Sent(0.5)
    for number in range(5):
        assert sent.send(router.bound("mics"), stream=number) == (1000, "bye")
    state = router.wait_for_state("store", "waiting")
    assert "cannot be reached" in state["reason"]
    assert router.stat("raw", "router_recorder_dropped_frames_total:slow-disk") == 0
    # The list survives a crash, and so do files that were finished while the store was away.
    eventually(lambda: router.stat("store", "router_s3_waiting_files") == 5, 5, "five files in the list")
    router.kill()
    store.start()
    try:
        router.file.write_text(
            router.file.read_text().replace('"id"', f'"{store.id}"').replace('"secret"', f'"{store.secret}"'))
        router.start()
        eventually(lambda: len(store.objects()) == 10, 20, "ten objects")
        assert all(store.content(key) == b"".join(sent.messages) for key in store.objects() if key.endswith(".bin"))
    finally:
        store.stop()


def test_files_are_kept_until_they_are_uploaded(start, tmp_path):
    store = Store(tmp_path)
    graph = document(store.url, "id", "secret")
    graph["nodes"]["raw"] |= {"keepFiles": 2, "keepUntilUploaded": True}
    router = start(graph)
    folder = router.folder / "data"
    for number in range(5):
        assert Sent(0.2).send(router.bound("mics"), stream=number) == (1000, "bye")
    eventually(lambda: router.stat("store", "router_s3_waiting_files") == 5, 5, "five files in the list")
    router.stop()
    router.start()
    # Retention looks once a second, and at each new file.
    assert Sent(0.2).send(router.bound("mics"), stream=5) == (1000, "bye")
    eventually(lambda: router.stat("store", "router_s3_waiting_files") == 6, 5, "six files in the list")
    time.sleep(2)
    assert len(recorded(folder, "bin")) == 6
    store.start()
    try:
        router.file.write_text(
            router.file.read_text().replace('"id"', f'"{store.id}"').replace('"secret"', f'"{store.secret}"'))
        eventually(lambda: len(store.objects()) == 12, 20, "twelve objects")
        eventually(lambda: len(recorded(folder, "bin")) == 2, 15, "two files left")
    finally:
        store.stop()


def test_a_burst_of_files_is_listed_whole_while_the_store_is_away(start):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        router = start(document(f"http://127.0.0.1:{nobody.getsockname()[1]}", "id", "secret"))

        def burst(count, name):
            host, port = router.bound("mics")
            status, _, errors = program.command(
                "send", str(program.ROOT / "data/sine_pcm16.wav"), f"ws://{host}:{port}/ws", "--streams", str(count),
                "--hwid", name, seconds=60)
            assert status == 0, errors

        def listed(count):
            waiting = lambda: router.stat("store", "router_s3_waiting_files")
            eventually(lambda: waiting() >= count, 10, f"{count} files in the list")
            assert waiting() == count

        burst(600, "m{n}")
        listed(600)
        assert router.stat("store", "router_events_dropped_total") == 0
        # Also those that are finished, and that nobody was told of when the router is killed.
        burst(50, "late{n}")
        eventually(lambda: len(list((router.folder / "data").glob("late*/*.json"))) == 50, 10, "50 finished files")
        router.kill()
        router.start()
        listed(650)
        assert [file.name for file in (router.folder / ".router").glob("recording-*")] == ["recording-raw"]
        router.stop()
        assert not list((router.folder / ".router").glob("recording-*"))
        router.start()
        listed(650)


def test_a_large_file_goes_in_parts_and_leaves_the_disk(start, store):
    router = start(document(store.url, store.id, store.secret, deleteUploaded=True))
    folder = router.folder / "data"
    assert Sent(0.2).send(router.bound("mics")) == (1000, "bye")
    eventually(lambda: len(store.objects()) == 2, 10, "the small file")
    eventually(lambda: list(folder.iterdir()) == [], 5, "an empty folder")
    # A crash left this one; at the start it is mended, told of, and uploaded.
    router.kill()
    frame = Sent(0.02, "pcm").messages[0]
    large = frame * (70 * 2**20 // len(frame))
    (folder / "stream_9_20261121_042611.bin").write_bytes(large + frame[:100])
    # So it left parts in the store: these go, somebody else's stay.
    key = "received/stream_9_20261121_042611.bin"
    for one in (key, key + ".other"):
        begun = store.s3.create_multipart_upload(Bucket=BUCKET, Key=one)
        store.s3.upload_part(Bucket=BUCKET, Key=one, UploadId=begun["UploadId"], PartNumber=1, Body=b"old")
    router.start()
    eventually(lambda: key in store.objects(), 40, "the large file")
    assert store.content(key) == large
    assert store.s3.head_object(Bucket=BUCKET, Key=key)["ETag"].endswith('-5"')
    left = store.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
    assert [one["Key"] for one in left] == [key + ".other"]
    eventually(lambda: list(folder.iterdir()) == [], 5, "an empty folder")


class Listening(BaseHTTPRequestHandler):
    """Keeps what it is sent; answers slowly, first with 503."""

    seen: list = []

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Listening.seen.append((self.path, dict(self.headers), body))
        time.sleep(0.5)
        status = 503 if len(Listening.seen) < 3 else 200
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


def test_signatures_are_those_of_botocore_and_a_slow_store_is_tried_again(start):
    Listening.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        router = start(document(
            f"http://127.0.0.1:{server.server_port}", "AKID", "top/secret+key", prefix="a b/ü", region="us-east-1"))
        assert Sent(0.2).send(router.bound("mics"), "/ws/K%C3%BCche-1") == (1000, "bye")
        eventually(lambda: router.stat("store", "router_s3_uploaded_files_total") == 1, 20, "an uploaded file")
    finally:
        server.shutdown()
    assert len(Listening.seen) >= 4
    credentials = botocore.credentials.Credentials("AKID", "top/secret+key")
    for path, fields, body in Listening.seen:
        request = botocore.awsrequest.AWSRequest(
            "PUT", f"http://{fields['Host']}{path}", data=body,
            headers={name: value for name, value in fields.items() if name.lower() == "x-amz-storage-class"})
        signer = botocore.auth.S3SigV4Auth(credentials, "s3", "us-east-1")
        request.context |= {"timestamp": fields["x-amz-date"], "payload_signing_enabled": True}
        request.headers["X-Amz-Date"] = fields["x-amz-date"]
        request.headers["X-Amz-Content-SHA256"] = signer.payload(request)
        canonical = signer.canonical_request(request)
        signature = signer.signature(signer.string_to_sign(request, canonical), request)
        assert re.search(r"Signature=(\w+)", fields["Authorization"])[1] == signature, canonical
        assert fields["x-amz-content-sha256"] == request.headers["X-Amz-Content-SHA256"]
