"""What the code and the pages cite, and what `docs/` holds: numbers, sections, files."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
NUMBERED = ("protocol", "contracts", "requirements", "architecture", "style")
KINDS = {".py", ".js", ".mjs", ".html", ".css", ".md", ".toml", ".yaml", ".yml", ".sh"}
NOT_OURS = {".git", ".venv", ".state", "node_modules", "vendor", "__pycache__"}
SELF = {"tests/documents.py", "tests/test_docs.py"}  # they hold the bad samples
CASES = ("imports", "masking", "phone", "places")

NUMBER = r"\d+(?:\.\d+)*"
SEVERAL = rf"{NUMBER}(?:(?:, | and |, and | to |-|–){NUMBER})*"
RULE = re.compile(r"(?<![\w#/.“\"'-])([CGPFTIBX]\d\d)(?![\w-]*\w)")
SECTION = re.compile(
    rf"\b(protocol|contracts|requirements|architecture|style|domain)`?(?:\.md)?`?\]?"
    rf"(?:\([^)\s]*\))?,? (?:text )?(?:sections? )?({SEVERAL})(?![\w%])"
)
BARE = re.compile(rf"(?<!\w )\bsections? ({SEVERAL})")
BRACKETS = re.compile(r"\((?:[^()]*? )?([23]\.\d{1,2}(?:(?:, |-|–)[23]\.\d{1,2})*)(?:, [^()]*)?\)")
RECORD = re.compile(r"\bADRs? (\d+)\b|docs/adr/(\d{4})")
ROW = re.compile(r"\bproduct row ([A-L]?\d+)")
CASE = re.compile(rf"\bcases? ({'|'.join(CASES)}) (\d+)\b")
PAGE = re.compile(r"(?<![\w/])docs/[\w./-]*\w")
SPAN = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"(?<![\w./-])[a-z_]+/[\w./-]+\.(?:py|js|json|md|toml|txt|yaml)\b")
LINK = re.compile(r"\]\((?!https?:|mailto:|urn:)([^)\s]+)\)")
HEADING = re.compile(rf"^#+ ({NUMBER})\.?\s", re.M)


def texts() -> Iterator[tuple[str, str]]:
    """Path and text of every file of ours that may cite something."""
    for path in sorted(ROOT.rglob("*")):
        name = path.relative_to(ROOT)
        ours = NOT_OURS.isdisjoint(name.parts) and str(name) not in SELF
        if ours and path.suffix in KINDS and path.is_file():
            yield str(name), path.read_text(encoding="utf-8")


def numbers(text: str) -> list[str]:
    """The numbers in `2, 3 and 5`; of a range both ends."""
    return re.findall(NUMBER, text)


def sections(document: str) -> set[str]:
    """The numbers of the headings of a page of docs."""
    return set(HEADING.findall((DOCS / f"{document}.md").read_text(encoding="utf-8")))


class Shelf:
    """What can be cited."""

    def __init__(self) -> None:
        rules = re.findall(r'<a id="([a-z]\d\d)"></a>', (DOCS / "requirements.md").read_text())
        self.rules = {rule.upper() for rule in rules}
        self.sections = {document: sections(document) for document in NUMBERED}
        self.records = {int(path.name[:4]) for path in (DOCS / "adr").glob("[0-9]*.md")}
        self.anchors = {
            name: set(re.findall(r'<a id="([^"]+)"></a>', (DOCS / name).read_text()))
            for name in ("product.md", "cases.md")
            if (DOCS / name).exists()
        }

    def missing(self, name: str, text: str) -> list[str]:
        """What `text`, the file called `name`, cites and nobody finds."""
        in_one_line = re.sub(r"\n[ #*]*", " ", text)
        return [*self._numbers(name, in_one_line), *self._places(name, text)]

    def _numbers(self, name: str, text: str) -> Iterator[str]:
        if name != "pyproject.toml":  # there C90 is a rule of ruff
            yield from sorted(set(RULE.findall(text)) - self.rules)
        for document, cited in SECTION.findall(text):
            known = self.sections.get(document, set())
            yield from (f"{document} {one}" for one in numbers(cited) if one not in known)
        for one in dict.fromkeys(one or two for one, two in RECORD.findall(text)):
            if int(one) not in self.records:
                yield f"ADR {one}"
        yield from self._bare(name, text)

    def _bare(self, name: str, text: str) -> Iterator[str]:
        """A section without a document is of the page itself, in code of the protocol."""
        own = Path(name).stem if Path(name).stem in NUMBERED else "protocol"
        found = BARE.findall(text)
        if re.match(r"(draws|tasks|tests/draws|tests/tasks)/.*py$|static/drs1", name):
            found += BRACKETS.findall(text)
        for cited in found:
            yield from (f"{own} {one}" for one in numbers(cited) if one not in self.sections[own])

    def _places(self, name: str, text: str) -> Iterator[str]:
        for row in ROW.findall(text):
            if f"row-{row}" not in self.anchors.get("product.md", ()):
                yield f"product row {row}"
        for table, number in CASE.findall(text):
            if f"{table}-{number}" not in self.anchors.get("cases.md", ()):
                yield f"case {table} {number}"
        for page in PAGE.findall(text):
            if not any(ROOT.glob(f"{page}*")):
                yield page
        if name.endswith(".md"):
            yield from self._links(name, text)
            yield from self._files(name, text)

    def _files(self, name: str, text: str) -> Iterator[str]:
        """Paths in code spans; the changelog may speak of what is gone."""
        files = [file for span in SPAN.findall(text) for file in FILE.findall(span)]
        bases = [ROOT, (ROOT / name).parent, ROOT / "static/js", ROOT / "tests/js"]
        for file in files if name != "CHANGELOG.md" else []:
            if not any((base / file).exists() for base in bases):
                yield file

    def _links(self, name: str, text: str) -> Iterator[str]:
        for link in LINK.findall(text):
            place, _, anchor = link.partition("#")
            target = (ROOT / name).parent / place if place else ROOT / name
            if not target.exists() or (anchor and anchor not in slugs(target)):
                yield link


def slugs(page: Path) -> set[str]:
    """The anchors of a page: its headings as GitHub spells them, and those set by hand."""
    text = page.read_text(encoding="utf-8")
    heads = re.findall(r"^#+ (.+)$", text, re.M)
    made = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
    return made | set(re.findall(r'<a id="([^"]+)"></a>', text))


def table(page: str, mark: str) -> list[list[str]]:
    """The rows of the table between `<!-- mark -->` and `<!-- /mark -->` on a page of docs."""
    text = (DOCS / page).read_text(encoding="utf-8")
    inner = text.split(f"<!-- {mark} -->")[1].split(f"<!-- /{mark} -->")[0]
    rows = [line.strip("| ").split(" | ") for line in inner.strip().splitlines()[2:]]
    return [[cell.strip().strip("`") for cell in row] for row in rows]
