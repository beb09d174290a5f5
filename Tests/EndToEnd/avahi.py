"""A D-Bus and an Avahi daemon of the test's own, and two mDNS browsers nobody here wrote."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

import zeroconf
from router import eventually

TYPE = "_audiocast._tcp"

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  {auth}
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

DAEMON = """[server]
host-name=router-test-{number}
allow-interfaces=lo
use-ipv4=yes
use-ipv6=no
enable-dbus=yes
[wide-area]
enable-wide-area=no
[publish]
publish-hinfo=no
publish-workstation=no
disable-user-service-publishing={closed}
"""


class Avahi:
    """The private bus and the daemon on it; each may be stopped and started again."""

    def __init__(self):
        # A socket's path has at most 107 bytes: pytest's folders may be too deep.
        self.folder = Path(tempfile.mkdtemp(prefix="bus-"))
        self.socket = self.folder / "bus"
        self.bus = None
        self.daemon = None

    @property
    def env(self) -> dict:
        return {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.socket}"}

    def start_bus(self) -> "Avahi":
        self.socket.unlink(missing_ok=True)
        configuration = self.folder / "bus.conf"
        # A daemon in a namespace of its own (below) is not who it says it is.
        auth = "<auth>EXTERNAL</auth>" if os.geteuid() == 0 else "<auth>ANONYMOUS</auth><allow_anonymous/>"
        configuration.write_text(BUS.format(socket=self.socket, auth=auth))
        self.bus = self._start(["dbus-daemon", f"--config-file={configuration}", "--nofork", "--nopidfile"], "bus.log")
        eventually(self.socket.exists, 10, "the bus")
        return self

    def start_daemon(self, closed=False) -> "Avahi":
        """Starts the daemon in a mount namespace of its own: its files in /run have fixed names, one set a machine."""
        configuration = self.folder / "avahi.conf"
        configuration.write_text(DAEMON.format(number=os.getpid(), closed="yes" if closed else "no"))
        program = shutil.which("avahi-daemon", path=os.environ["PATH"] + ":/usr/sbin") or "avahi-daemon"
        own = ["unshare", "--mount"]
        script = 'mount -t tmpfs none /run && mkdir /run/avahi-daemon && exec "$@"'
        if os.geteuid() != 0:
            # There is but one user in a namespace of ours: it is called avahi, too, as the daemon wants that one.
            own.append("--map-root-user")
            for name, avahi in (("passwd", "avahi:x:0:0:"), ("group", "avahi:x:0:")):
                text = Path(f"/etc/{name}").read_text()
                (self.folder / name).write_text(re.sub(r"^avahi:x:[\d:]*", avahi, text, flags=re.M))
                script = f"mount --bind {self.folder}/{name} /etc/{name} && {script}"
        options = ["--no-drop-root", "--no-chroot", "--no-rlimits", "-f", str(configuration)]
        self.daemon = self._start([*own, "sh", "-c", script, "avahi", program, *options], "daemon.log")
        return self

    def _start(self, command, log):
        with (self.folder / log).open("ab") as output:
            return subprocess.Popen(
                command, env=os.environ | self.env, stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def stop_daemon(self, sign=signal.SIGTERM):
        end(self.daemon, sign)
        self.daemon = None

    def stop_bus(self):
        end(self.bus, signal.SIGTERM)
        self.bus = None

    def close(self):
        for process in (self.daemon, self.bus):
            if process:
                process.send_signal(signal.SIGCONT)
                end(process, signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)

    def browse(self, kind=TYPE) -> dict:
        """What avahi-browse finds of a type now: name to port, addresses and TXT keys."""
        done = subprocess.run(
            ["avahi-browse", "--resolve", "--terminate", "--parsable", kind], env=os.environ | self.env,
            capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
        found = {}
        for line in done.stdout.splitlines():
            fields = line.split(";", 9)
            if fields[0] == "=" and len(fields) == 10:
                txt = dict(unescape(pair).split("=", 1) for pair in re.findall(r'"([^"]*)"', fields[9]))
                found[unescape(fields[3])] = {
                    "protocol": fields[2], "address": fields[7], "port": int(fields[8]), "txt": txt}
        return found


def end(process, sign):
    if process and process.poll() is None:
        process.send_signal(sign)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def unescape(name: str) -> str:
    """avahi-browse writes bytes that are no letters as a backslash and three decimal digits."""
    plain = re.sub(rb"\\(\d{3})", lambda found: bytes([int(found[1])]), name.encode())
    return re.sub(rb"\\(.)", rb"\1", plain).decode()


class Browser(zeroconf.ServiceListener):
    """Python zeroconf on loopback: what is there, and who said goodbye."""

    def __init__(self):
        self.network = zeroconf.Zeroconf(interfaces=["127.0.0.1"], ip_version=zeroconf.IPVersion.V4Only)
        self.seen = {}
        self.gone = []
        self._lock = threading.Lock()
        self._browser = zeroconf.ServiceBrowser(self.network, f"{TYPE}.local.", self)

    def add_service(self, network, kind, name):
        info = network.get_service_info(kind, name, 3000)
        with self._lock:
            if info:
                txt = {key.decode(): (value or b"").decode() for key, value in info.properties.items()}
                self.seen[name.removesuffix(f".{kind}")] = {"port": info.port, "txt": txt}

    def update_service(self, network, kind, name):
        self.add_service(network, kind, name)

    def remove_service(self, network, kind, name):
        with self._lock:
            self.gone.append(name.removesuffix(f".{kind}"))

    def offer(self, name: str, port=9):
        """Offers a service as another machine would."""
        kind = f"{TYPE}.local."
        info = zeroconf.ServiceInfo(
            kind, f"{name}.{kind}", parsed_addresses=["127.0.0.1"], port=port, server=f"other-{os.getpid()}.local.")
        self.network.register_service(info)

    def close(self):
        self.network.close()
