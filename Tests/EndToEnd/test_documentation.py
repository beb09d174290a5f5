"""What the pages say is true: documents, the node table, the table of packages, links."""

import json
import re

import documents
import pytest
from router import PROGRAM, ROOT, command

README = ROOT / "README.md"


def section(title: str) -> str:
    text = README.read_text()
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found, f"README.md has no section {title!r}"
    return found[1]


def table(title: str) -> list[list[str]]:
    rows = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


@pytest.mark.parametrize("name, text", documents.all_documents(), ids=lambda value: value if len(value) < 80 else "")
def test_every_document_that_is_shown_passes_the_check(name, text):
    status, said = documents.check(str(PROGRAM), text)
    assert status == 0 and "warning" not in said, said


def ports(entry, direction) -> str:
    names = [port["name"] for port in entry["ports"] if port["direction"] == direction]
    return ", ".join(names) or "–"


def test_the_node_table_is_what_the_program_says():
    listed = {entry["name"]: entry for entry in json.loads(command("types", "--json")[1])}
    rows = {row[0].strip("`"): row for row in table("Nodes")}
    assert set(rows) == set(listed)
    for name, row in rows.items():
        entry = listed[name]
        assert row[1] == ports(entry, "input"), f"inputs of {name}"
        assert row[2] == ports(entry, "output"), f"outputs of {name}"


def test_the_table_of_packages_is_what_gets_installed():
    file = ROOT / "packaging" / "debian-packages.txt"
    listed = [
        tuple(part.strip() for part in line.split("|"))
        for line in file.read_text().splitlines() if line and not line.startswith("#")]
    assert [(row[0].strip("`"), row[1], row[2]) for row in table("Debian packages")] == listed


def test_links_between_pages_lead_somewhere():
    for page in documents.pages():
        text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_commands_in_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"`make ([a-z]+)", README.read_text())):
        assert re.search(rf"^{target}:", makefile, re.M), target
    helped = command("--help")[1]
    for name in set(re.findall(r"`router ([a-z]+)", README.read_text())):
        assert name in helped, name


def test_the_node_of_the_guide_is_in_the_tests():
    """CONTRIBUTING.md shows whole files; they are the ones that are compiled."""
    shown = documents.blocks(ROOT / "CONTRIBUTING.md", "swift")
    assert shown
    compiled = "\n".join(
        file.read_text() for file in sorted((ROOT / "Tests" / "RouterCoreTests" / "Guide").glob("*.swift")))
    for line, text in shown:
        assert text.strip() in compiled, f"CONTRIBUTING.md:{line} is not what is compiled"
