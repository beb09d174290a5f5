"""Icecast with a configuration of our own, as an unprivileged user, on a private port."""

import contextlib
import os
import pwd
import socket
import subprocess
import time
from pathlib import Path

from measure import free_port, settled, stop

PASSWORD = "bench"

CONFIGURATION = """<icecast>
  <limits>
    <clients>5000</clients><sources>2</sources><queue-size>524288</queue-size>
    <client-timeout>30</client-timeout><header-timeout>15</header-timeout><source-timeout>60</source-timeout>
    <burst-on-connect>0</burst-on-connect><burst-size>0</burst-size>
  </limits>
  <authentication>
    <source-password>{password}</source-password><relay-password>{password}</relay-password>
    <admin-user>admin</admin-user><admin-password>{password}</admin-password>
  </authentication>
  <hostname>localhost</hostname>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <fileserve>0</fileserve>
  <paths>
    <basedir>{folder}</basedir><logdir>{folder}</logdir><webroot>{folder}</webroot><adminroot>{folder}</adminroot>
  </paths>
  <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>1</loglevel></logging>
  <security><chroot>0</chroot></security>
</icecast>
"""


def become_unprivileged():
    """In the child: the same priority as every server that is measured, then another user, which Icecast insists on."""
    settled()()
    if os.geteuid() != 0:
        return
    for name in ("icecast2", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            return


@contextlib.contextmanager
def icecast(folder: Path):
    """A running Icecast; yields process id and port."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in (folder, folder.parent):
        one.chmod(0o777)
    port = free_port()
    file = folder / "icecast.xml"
    file.write_text(CONFIGURATION.format(password=PASSWORD, port=port, folder=folder))
    process = subprocess.Popen(
        ["icecast2", "-c", str(file)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd=folder, preexec_fn=become_unprivileged)
    try:
        for _ in range(200):
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        else:
            raise RuntimeError("icecast2 does not listen")
        yield process.pid, port
    finally:
        stop(process)
