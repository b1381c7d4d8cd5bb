"""Files of real producers: LibreOffice, Chromium, pandoc and nbformat make a DOCX, a PDF, a notebook, pages of HTML, AsciiDoc,
reStructuredText and plain text of one specification, and each gives the findings of its Markdown; what is text gives them without a name,
too. Hostile files end in one message, in bounded time and memory. A long file is reviewed in a few times what its Markdown takes.

    python3 tests/oracle/office.py PROGRAM SPECIFICATION.md FOLDER
"""

import json
import os
import pathlib
import resource
import subprocess
import sys
import time
import zipfile

PROGRAM, SPECIFICATION, FOLDER = (pathlib.Path(arg).resolve() for arg in sys.argv[1:4])
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>'
# Seconds and MiB that any file may take: those of the limits of the process, and what starting it costs.
MOST_SECONDS, MOST_MIB = 22, 1024
# How many times the review of its Markdown the review of a long file may take, from its bytes to its findings.
MOST_TIMES = 8
ENDINGS = {"asciidoc": "adoc", "rst": "rst", "plain": "txt"}


def run(*command, **more):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, **more)


def review(path, unnamed=False):
    """The report of a file, or of its text where it comes without a name."""
    command = [PROGRAM, "review", "--no-llm", "--format", "json", "-" if unnamed else path]
    with open(path, "rb") as given:
        done = subprocess.run(command, stdin=given, capture_output=True, text=True)
    return json.loads(done.stdout)


def said(path, unnamed=False):
    """Findings and states of checks: everything that is said but the places."""
    (document,) = review(path, unnamed)["documents"]
    findings = sorted((one["rule"], one["part"] or "") for one in document["findings"])
    return findings, {(one["rule"], one["part"]): one["state"] for one in document["checks"]}


def made(long):
    """The specification, or it many times over, by each producer: name and path."""
    name = "long" if long else "spec"
    text = SPECIFICATION.read_text(encoding="utf-8") * (60 if long else 1)
    source = FOLDER / f"{name}.md"
    source.write_text(text, encoding="utf-8")
    html, docx = FOLDER / f"{name}.html", FOLDER / f"{name}.pandoc.docx"
    run("pandoc", "--standalone", "--metadata", "pagetitle=x", source, "-o", html)
    run("pandoc", source, "-o", docx)
    office = FOLDER / "office"
    for kind in ("docx:MS Word 2007 XML", "pdf"):
        run("soffice", "--headless", "--convert-to", kind, "--outdir", office, docx)
    pdf = FOLDER / f"{name}.chromium.pdf"
    run("chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={pdf}", html.as_uri())
    files = {
        "pandoc DOCX": docx,
        "LibreOffice DOCX": office / f"{name}.pandoc.docx",
        "LibreOffice PDF": office / f"{name}.pandoc.pdf",
        "Chromium PDF": pdf,
    }
    if not long:
        import nbformat

        for kind in ("asciidoc", "rst", "plain"):
            files[f"pandoc {kind}"] = FOLDER / f"{name}.{ENDINGS[kind]}"
            run("pandoc", "--standalone", "-t", kind, source, "-o", files[f"pandoc {kind}"])
        # HTML and plain text as an office makes them: everything in cells and fonts, every cell on a line of its own.
        for kind, ending in (("html:HTML (StarWriter)", "html"), ("txt:Text (encoded):UTF8", "txt")):
            run("soffice", "--headless", "--convert-to", kind, "--outdir", office, docx)
            files[f"LibreOffice {ending}"] = office / f"{name}.pandoc.{ending}"
        files["pandoc HTML"] = html

        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(part) for part in text.split("\n\n")])
        files["Jupyter notebook"] = FOLDER / f"{name}.ipynb"
        nbformat.write(notebook, files["Jupyter notebook"])
    return source, files


def producers():
    source, files = made(False)
    expected = said(source)
    for name, path in files.items():
        found = said(path)
        assert found[0] == expected[0], f"{name}: {set(found[0]) ^ set(expected[0])}"
        changed = {key: (state, found[1].get(key)) for key, state in expected[1].items() if found[1].get(key) != state}
        assert not changed, f"{name}: {changed}"
        is_guessed = path.suffix in (".html", ".adoc", ".rst", ".txt", ".ipynb")
        assert not is_guessed or said(path, unnamed=True) == found, f"{name} without a name: {said(path, unnamed=True)}"
        print(f"{name}: the {len(expected[0])} findings of the Markdown")


def numbers():
    """From the file to its findings, beside what the Markdown takes on the same machine."""
    source, files = made(True)

    def seconds(path):
        def one():
            start = time.monotonic()
            review(path)
            return time.monotonic() - start

        return min(one() for _ in range(3))

    markdown = seconds(source)
    print(f"Markdown, 60 times the specification, {source.stat().st_size >> 10} KiB: reviewed in {markdown * 1000:.0f} ms")
    for name, path in files.items():
        best = seconds(path)
        print(f"{name}, {path.stat().st_size >> 10} KiB: reviewed in {best * 1000:.0f} ms, {best / markdown:.1f} times the Markdown")
        assert best < MOST_TIMES * markdown + 1, f"{name}: {best:.1f} s, the Markdown {markdown:.1f} s"


def read(path):
    """The answer of the process that reads, its seconds, and its peak of memory in MiB."""
    start = time.monotonic()
    with open(path, "rb") as given:
        child = subprocess.Popen([PROGRAM, "read-file-apart"], stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={})
    answer = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    return answer, time.monotonic() - start, usage.ru_maxrss / 1024


def word(name, document, times=1):
    """A Word file whose text is `document`, so many times over. Little by little: what this program holds counts for those it starts."""
    path = FOLDER / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", RELATIONS)
        with archive.open("word/document.xml", "w") as text:
            for _ in range(times):
                text.write(document.encode())
    return path


def pdf(name, objects):
    out = b"%PDF-1.7\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, one) for number, one in enumerate(objects, 1))
    path = FOLDER / name
    path.write_bytes(out + b"trailer\n<< /Root 1 0 R /Size %d >>\n%%%%EOF\n" % (len(objects) + 1))
    return path


def hostile():
    cell = "<w:tc><w:p><w:r><w:t>0.9</w:t></w:r></w:p></w:tc>"
    table = "<w:tbl>" + ("<w:tr>" + cell * 10 + "</w:tr>") * 10_000 + "</w:tbl>"
    entities = "<!DOCTYPE x [<!ENTITY a0 'aaaaaaaaaa'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)) + "]>"
    outside = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
    words = "<w:p><w:r><w:t>%s</w:t></w:r></w:p>"
    whole = (FOLDER / "spec.chromium.pdf").read_bytes()
    (FOLDER / "cut.pdf").write_bytes(whole[: len(whole) // 2])
    (FOLDER / "cut.docx").write_bytes((FOLDER / "spec.pandoc.docx").read_bytes()[:4000])
    (FOLDER / "table-of-objects.pdf").write_bytes(
        b"%PDF-1.7\nxref\n0 99999999\n" + b"0000000000 00000 n \n" * 200_000 + b"trailer\n<< /Root 1 0 R /Size 99999999 >>\nstartxref\n9\n%%EOF\n"
    )
    # Each level names the one below it ten times: a million pages in one kilobyte.
    levels = [b"<< /Type /Pages /Count %d /Kids [%s] >>" % (10 ** (6 - n), b"%d 0 R " % (n + 3) * 10) for n in range(6)]
    page = b"<< /Type /Page /MediaBox [0 0 9 9] >>"
    files = {
        "a ZIP bomb": word("bomb.docx", " " * (1 << 20), 1024),
        "entities of entities": word("entities.docx", entities + WORD % (words % "&a11;")),
        "an entity outside": word("outside.docx", outside + WORD % (words % "&a;")),
        "elements in elements": word("deep.docx", "<w:p>" * 50_000),
        "a million pages": pdf("pages.pdf", [b"<< /Type /Catalog /Pages 2 0 R >>", *levels, page]),
        "arrays in arrays": pdf("deep.pdf", [b"<< /Type /Catalog /Pages " + b"[" * 1_000_000]),
        "a huge table of objects": FOLDER / "table-of-objects.pdf",
        "a PDF that is cut": FOLDER / "cut.pdf",
        "a DOCX that is cut": FOLDER / "cut.docx",
    }
    for name, path in files.items():
        answer, seconds, mib = read(path)
        assert seconds < MOST_SECONDS and mib < MOST_MIB, f"{name}: {seconds:.1f} s, {mib:.0f} MiB"
        assert b"root:" not in answer, name
        skipped = review(path)["run"]["skipped"]
        assert len(skipped) == 1 or answer.startswith(b"T"), f"{name}: {skipped}"
        print(f"{name}: {seconds:.2f} s, {mib:.0f} MiB: {skipped[0]['reason'] if skipped else 'read'}")
    answer, seconds, mib = read(word("cells.docx", WORD % table))
    assert answer.startswith(b"T") and seconds < 5, (answer[:80], seconds)
    print(f"100,000 cells: {seconds:.2f} s, {mib:.0f} MiB: read")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    producers()
    hostile()
    numbers()


main()
