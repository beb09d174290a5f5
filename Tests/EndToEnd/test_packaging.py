"""The Debian package, the unit and the files for PM2 and containers."""

import json
import os
import re
import shutil
import subprocess

import pytest
import yaml
from router import PROGRAM, ROOT, command

UNIT = ROOT / "Sources/router/CLI/Service/Unit/media-router.service"


def run(*words, **options):
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, **options)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deb")
    status, out, errors = run(str(ROOT / "packaging/make-deb"), str(PROGRAM), str(folder))
    assert status == 0, errors
    return out.strip()


def test_the_package_has_what_the_service_needs(package):
    listed = run("dpkg-deb", "-c", package)[1]
    for path in ("/usr/bin/media-router", "/lib/systemd/system/media-router.service", "/usr/share/media-router/routes.json",
                 "/etc/ufw/applications.d/media-router", "/usr/share/doc/media-router/copyright"):
        assert f" .{path}\n" in listed
    assert "root/root" in listed
    depends = run("dpkg-deb", "-f", package, "Depends")[1]
    for library in ("libasound2", "libssl3", "libcurl4", "libsndfile1", "libopus0", "libhiredis0.14", "procps"):
        assert library in depends
    assert "avahi-daemon, redis-server" in run("dpkg-deb", "-f", package, "Recommends")[1]


def test_the_unit_is_right_and_tight(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/usr/bin/media-router", str(PROGRAM)))
    status, out, errors = run("systemd-analyze", "verify", str(unit))
    ours = [line for line in (out + errors).splitlines() if "media-router" in line]
    assert status == 0 and ours == [], out + errors
    score = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", run(
        "systemd-analyze", "security", "--offline=true", str(unit))[1])[1])
    assert score <= 3.0


# A clean root: this machine's files below, all changes in a folder of the test's own, in a mount namespace.
SCRIPT = """
set -e
mkdir "$1/upper" "$1/work" "$1/root"
mount -t tmpfs tmpfs "$1/upper" -o mode=755 2>/dev/null
mkdir "$1/upper/u" "$1/upper/w"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper/u,workdir=$1/upper/w" "$1/root"
mount -t proc proc "$1/root/proc"
mount --bind /dev "$1/root/dev"
cp "$2" "$1/root/tmp/package.deb"
in_root() { chroot "$1" /bin/sh -ec "$2"; }
in_root "$1/root" "dpkg -i /tmp/package.deb > /dev/null"
in_root "$1/root" "media-router version; getent passwd media-router | cut -d: -f1; stat -c '%U %a' /var/lib/media-router"
in_root "$1/root" "media-router check /var/lib/media-router/routes.json"
in_root "$1/root" "echo '// mine' >> /var/lib/media-router/routes.json; dpkg -i /tmp/package.deb > /dev/null"
in_root "$1/root" "tail -n 1 /var/lib/media-router/routes.json; id -nG media-router"
in_root "$1/root" "dpkg --remove media-router > /dev/null; test -e /var/lib/media-router/routes.json && echo kept"
in_root "$1/root" "dpkg --purge media-router > /dev/null 2>&1; test -e /var/lib/media-router || echo gone"
in_root "$1/root" "getent passwd media-router || echo nobody"
"""


def test_installed_upgraded_removed_and_purged(package, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root: dpkg in a root of its own")
    status, out, errors = run("unshare", "-m", "--propagation", "private", "sh", "-c", SCRIPT, "sh", str(tmp_path), package)
    if "mount" in errors and status != 0 and not out:
        pytest.skip(f"this machine gives no overlay: {errors.strip()}")
    assert status == 0, out + errors
    lines = out.splitlines()
    assert lines[0].startswith("media-router ") and lines[1] == "media-router" and lines[2] == "media-router 750"
    assert "fine" in lines[3]
    assert lines[4] == "// mine" and "audio" in lines[5] and "dialout" in lines[5]
    assert lines[6:] == ["kept", "gone", "nobody"]


def test_the_firewall_profile_has_the_ports_of_the_readme():
    profile = (ROOT / "packaging/debian/ufw.profile").read_text()
    ports = set(re.search(r"^ports=(.*)$", profile, re.M)[1].split("|"))
    wanted = set()
    for node in json.loads(command("service", "network", str(ROOT / "routes.json"), "--json")[1])["ports"]:
        span = str(node["first"]) if node["first"] == node["last"] else f'{node["first"]}:{node["last"]}'
        wanted.add(f'{span}/{node["protocol"]}')
    assert ports == wanted
    readme = (ROOT / "README.md").read_text()
    for port in ports:
        assert re.search(rf"\b{port.split('/')[0].split(':')[0]}\b", readme), port


def test_pm2_starts_what_is_built():
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    status, out, errors = run("node", "-e", "console.log(JSON.stringify(require('./packaging/pm2/ecosystem.config.js')))", cwd=ROOT)
    assert status == 0, errors
    (app,) = json.loads(out)["apps"]
    assert app["script"].endswith(".build/release/router") and app["interpreter"] == "none"
    assert os.path.exists(app["args"][1])


def test_deploy_asks_the_other_machine_first(package, tmp_path):
    """ssh and scp are doubles that write down what they are asked; the other machine says its architecture."""
    tree = tmp_path / "tree"
    for folder in ("packaging", ".build", "doubles"):
        (tree / folder).mkdir(parents=True)
    shutil.copy(ROOT / "packaging/deploy", tree / "packaging")
    shutil.copy(package, tree / ".build")
    for name in ("ssh", "scp"):
        double = tree / "doubles" / name
        double.write_text(f'#!/bin/sh\necho {name} "$@" >> {tree}/asked\ncase "$*" in *print-arch*) echo "$THEIRS";; esac\n')
        double.chmod(0o755)
    environment = os.environ | {"PATH": f"{tree}/doubles:{os.environ['PATH']}"}
    ours = run("dpkg", "--print-architecture")[1].strip()

    status, _, errors = run(str(tree / "packaging/deploy"), "pi@there", env=environment | {"THEIRS": "riscv64"})
    assert status == 1 and "pi@there is riscv64" in errors and "scp" not in (tree / "asked").read_text()
    assert run(str(tree / "packaging/deploy"), env=environment)[0] == 2
    status, _, errors = run(str(tree / "packaging/deploy"), "pi@there", env=environment | {"THEIRS": ours})
    assert status == 0, errors
    asked = (tree / "asked").read_text()
    name = os.path.basename(package)
    assert f"{name} pi@there:/tmp/{name}" in asked and f"apt-get install -y /tmp/{name}" in asked


def test_the_compose_file_is_one_and_has_the_router_and_redis():
    file = ROOT / "packaging/container/compose.yaml"
    status, output, errors = run("docker-compose", "-f", str(file), "config")
    assert status == 0, errors
    services = yaml.safe_load(output)["services"]
    assert services["router"]["network_mode"] == "host" and "redis" in services["router"]["depends_on"]
    built = yaml.safe_load(file.read_text())["services"]["router"]["build"]
    folder = (file.parent / built["context"]).resolve()
    assert folder == ROOT and (folder / built["dockerfile"]).is_file()
    [port] = services["redis"]["ports"]
    assert "127.0.0.1" in str(port) and "6379" in str(port)
