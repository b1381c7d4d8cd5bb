"""Files of real producers: LibreOffice, Chromium, pandoc and nbformat make a DOCX, a PDF, a notebook, pages of HTML, AsciiDoc,
reStructuredText and plain text of a specification and of those in `office/` (cells that wrap, joined heads, programs, lists within
lists), and each gives the findings of its Markdown; what is text gives them without a name, too. Where a page of HTML stands beside the
Markdown, its tables say the same with joined cells, and the files are made of it. Hostile files end in one message, in bounded time and memory. A long file is reviewed in a few times what its Markdown takes.

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


def made(specification, name, times=1):
    """A specification, or it many times over, by each producer: name and path."""
    text = specification.read_text(encoding="utf-8") * times
    source = FOLDER / f"{name}.md"
    source.write_text(text, encoding="utf-8")
    html, docx = FOLDER / f"{name}.html", FOLDER / f"{name}.pandoc.docx"
    page = specification.with_suffix(".html")
    if page.exists() and times == 1:
        html.write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
        # What reaches over rows is lost in the DOCX of pandoc.
        run("soffice", "--headless", "--infilter=HTML (StarWriter)", "--convert-to", "docx:MS Word 2007 XML", "--outdir", FOLDER, html)
        (FOLDER / f"{name}.docx").rename(docx)
    else:
        run("pandoc", "--standalone", "--metadata", "pagetitle=x", source, "-o", html)
        run("pandoc", source, "-o", docx)
    office = FOLDER / "office"
    for kind in ("docx:MS Word 2007 XML", "pdf"):
        run("soffice", "--headless", "--convert-to", kind, "--outdir", office, docx)
    # One with the headers and footers that a browser prints, and one without tags.
    pdf, bare = FOLDER / f"{name}.chromium.pdf", FOLDER / f"{name}.untagged.pdf"
    browser = ("chromium", "--headless", "--no-sandbox", "--disable-gpu")
    run(*browser, f"--print-to-pdf={pdf}", html.as_uri())
    run(*browser, "--disable-pdf-tagging", "--no-pdf-header-footer", f"--print-to-pdf={bare}", html.as_uri())
    tagged = FOLDER / "tagged"
    tags = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
    run("soffice", "--headless", "--convert-to", tags, "--outdir", tagged, docx)
    files = {
        "pandoc DOCX": docx,
        "LibreOffice DOCX": office / f"{name}.pandoc.docx",
        "LibreOffice PDF": office / f"{name}.pandoc.pdf",
        "LibreOffice PDF with tags": tagged / f"{name}.pandoc.pdf",
        "Chromium PDF": pdf,
        "Chromium PDF without tags": bare,
    }
    if times == 1:
        import nbformat

        for kind in ("asciidoc", "rst", "plain"):
            files[f"pandoc {kind}"] = FOLDER / f"{name}.{ENDINGS[kind]}"
            run("pandoc", "--standalone", "-t", kind, source, "-o", files[f"pandoc {kind}"])
        # HTML and plain text as an office makes them: everything in cells and fonts, every cell on a line of its own. What stands in so
        # many words on such lines cannot be told from passages.
        kinds = [("html:HTML (StarWriter)", "html")]
        kinds += [("txt:Text (encoded):UTF8", "txt")] if specification == SPECIFICATION else []
        for kind, ending in kinds:
            run("soffice", "--headless", "--convert-to", kind, "--outdir", office, docx)
            files[f"LibreOffice {ending}"] = office / f"{name}.pandoc.{ending}"
        files["pandoc HTML"] = html

        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(part) for part in text.split("\n\n")])
        files["Jupyter notebook"] = FOLDER / f"{name}.ipynb"
        nbformat.write(notebook, files["Jupyter notebook"])
    return source, files


def different(path, expected, unnamed=False):
    """What a file says otherwise."""
    findings, states = said(path, unnamed)
    lost, new = [one for one in expected[0] if one not in findings], [one for one in findings if one not in expected[0]]
    changed = {key: (state, states.get(key)) for key, state in expected[1].items() if states.get(key) != state}
    return [f"{what}: {found}" for what, found in (("lost", lost), ("new", new), ("states", changed)) if found]


def producers():
    """Each specification by each producer."""
    faults = []
    own = sorted((pathlib.Path(__file__).parent / "office").glob("*.md"))
    for specification in [SPECIFICATION, *own]:
        name = "spec" if specification == SPECIFICATION else specification.stem
        source, files = made(specification, name)
        expected = said(source)
        agree = 0
        for producer, path in files.items():
            found = different(path, expected)
            if not found and path.suffix in (".html", ".adoc", ".rst", ".txt", ".ipynb"):
                found = [f"without a name: {one}" for one in different(path, expected, unnamed=True)]
            agree += not found
            faults += [f"{name}, {producer}: {one}" for one in found]
        print(f"{specification.name}: {agree} of {len(files)} files give the {len(expected[0])} findings of the Markdown")
    assert not faults, "\n".join(faults)


def numbers():
    """From the file to its findings, beside what the Markdown takes on the same machine."""
    source, files = made(SPECIFICATION, "long", 60)

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
