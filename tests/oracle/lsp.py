"""Drives `specreview lsp` with the client of pytest-lsp (pygls, lsprotocol): what the server says is read by types that were made from
the protocol's own description, and the edits that it offers are applied by pygls.

    lsp.py PROGRAM
"""

import asyncio
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import pytest_lsp
from lsprotocol import types
from pygls.workspace import TextDocument
from pytest_lsp import ClientServerConfig, LanguageClient

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEC = (ROOT / "docs/examples/parcel-damage.md").read_text(encoding="utf-8")


def applied(uri, text, action):
    """The text after the edits of an action, as a client applies them."""
    edits = action.edit.changes[uri]
    document = TextDocument(uri, text, language_id="markdown")
    at = [(document.offset_at_position(edit.range.start), edit) for edit in edits]
    assert all(edit.range.start == edit.range.end for _, edit in at), "only insertions"
    for offset, edit in reversed(at):
        text = text[:offset] + edit.new_text + text[offset:]
    return text


def found(diagnostics, code):
    return [diagnostic for diagnostic in diagnostics if diagnostic.code == code]


def message(body):
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def malformed(program, folder):
    """What no client should send ends with one clear line, or is answered and the talk goes on. No client library sends such."""
    hello = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}).encode()
    started = message(hello) + message(b'{"jsonrpc":"2.0","method":"initialized","params":{}}')
    ending = message(b'{"jsonrpc":"2.0","id":9,"method":"shutdown"}') + message(b'{"jsonrpc":"2.0","method":"exit"}')
    for sent, status, words in [
        (message(hello)[:40], 2, "the talk with the editor ended"),
        (b"Content-Length: many\r\n\r\n{}", 2, "the talk with the editor ended"),
        (started + message(b"no json"), 2, "the talk with the editor ended"),
        (started, 0, ""),
        (started + message(b'{"jsonrpc":"2.0","id":2,"method":"textDocument/hover","params":7}') + ending, 0, ""),
        (started + message(b'{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"a":[]}}') + ending, 0, ""),
        (started + message(b'{"jsonrpc":"2.0","id":3,"method":"workspace/unheard","params":{}}') + ending, 0, ""),
    ]:
        ended = subprocess.run([program, "lsp"], input=sent, capture_output=True, cwd=folder, timeout=30)
        said = ended.stderr.decode()
        assert ended.returncode == status and words in said and "panicked" not in said, (sent, ended)
        assert status == 0 or said.count("\n") <= 3, said
        if b'"id":2' in sent:
            assert b'"code":-32602' in ended.stdout, ended.stdout
        if b'"id":3' in sent:
            assert b'"code":-32601' in ended.stdout, ended.stdout


async def talk(program, folder):
    client = await ClientServerConfig(server_command=[program, "lsp"]).start()
    result = await client.initialize_session(
        types.InitializeParams(
            capabilities=pytest_lsp.client_capabilities("visual-studio-code"),
            root_uri=folder.as_uri(),
        )
    )
    assert result.capabilities.position_encoding == types.PositionEncodingKind.Utf16, result
    assert result.server_info.name == "specreview"

    async def published(uri):
        """The findings that are told of this document next."""
        while (told := await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)).uri != uri:
            pass
        return told.diagnostics

    # A character of two code units, and line ends as on Windows.
    text = SPEC.replace("| Recall, damaged |", "| 📦 Recall, damaged |").replace("\n", "\r\n")
    file = folder / "spec.md"
    file.write_bytes(text.encode())
    uri = file.as_uri()
    item = types.TextDocumentItem(uri=uri, language_id="markdown", version=1, text=text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
    await published(uri)
    shown = client.diagnostics[uri]

    # As many as on the command line.
    report = subprocess.run([program, "review", "--no-llm", "--format", "json", str(file)], capture_output=True, check=True, cwd=folder)

    told = json.loads(report.stdout)["documents"][0]["findings"]
    keys = [finding["rule"] + (":" + finding["part"] if finding["part"] else "") for finding in told]
    assert [diagnostic.code for diagnostic in shown] == keys, (shown, keys)
    for finding, diagnostic in zip(told, shown):
        if finding["line"]:
            assert diagnostic.range.start.line == finding["line"] - 1, (finding, diagnostic)

    # The end of a line behind a character of two code units is where a client puts it.
    (gate,) = found(shown, "ARI-004")
    document = TextDocument(uri, text, language_id="markdown")
    start, end = (document.offset_at_position(place) for place in (gate.range.start, gate.range.end))
    assert text[start:end] == next(line for line in text.split("\r\n") if "📦" in line), text[start:end]

    hover = await client.text_document_hover_async(
        types.HoverParams(text_document=types.TextDocumentIdentifier(uri=uri), position=gate.range.start)
    )
    assert hover.contents.kind == types.MarkupKind.Markdown and "ARI-004" in hover.contents.value, hover

    async def actions(code, kind=types.CodeActionKind.QuickFix):
        (diagnostic, *_) = found(client.diagnostics[uri], code)
        return await client.text_document_code_action_async(
            types.CodeActionParams(
                text_document=types.TextDocumentIdentifier(uri=uri),
                range=diagnostic.range,
                context=types.CodeActionContext(diagnostics=[diagnostic], only=[kind]),
            )
        )

    async def change(version, text):
        client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                text_document=types.VersionedTextDocumentIdentifier(uri=uri, version=version),
                content_changes=[types.TextDocumentContentChangeWholeDocument(text=text)],
            )
        )
        await published(uri)

    fill = next(action for action in await actions("DAT-004") if action.title.startswith("Put in") and "DAT-004" in action.title)
    assert fill.is_preferred and fill.diagnostics[0].code == "DAT-004"
    filled = applied(uri, text, fill)
    assert "TODO DAT-004" in filled and filled.count("\n") == filled.count("\r\n")
    await change(2, filled)
    assert found(client.diagnostics[uri], "DAT-004"), "a slot is no content"

    leave = next(action for action in await actions("DAT-004") if action.title.startswith("Leave DAT-004 out"))
    waived = applied(uri, filled, leave)
    await change(3, waived)
    assert found(client.diagnostics[uri], "DAT-004"), "a reason that is not written waives nothing"
    await change(4, waived.replace("‹why›", "the archive is all there is"))
    assert not found(client.diagnostics[uri], "DAT-004"), client.diagnostics[uri]

    (everything,) = await actions("FAI-001", types.CodeActionKind.Source)
    assert applied(uri, waived, everything).count("<!-- TODO") > 5

    # Another form: the edits are in its own marks.
    (folder / "forms").mkdir()
    (folder / "forms/.specreview.toml").write_text('[review]\nspecs = ["*.adoc"]\n')
    page = (folder / "forms/spec.adoc").as_uri()
    words = "= Fraud\n\n== Goal\n\nA classifier must find fraud; the model is trained on claims.\n\n== Data\n\n40,000 claims.\n"
    item = types.TextDocumentItem(uri=page, language_id="asciidoc", version=1, text=words)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
    await published(page)
    offered = await client.text_document_code_action_async(
        types.CodeActionParams(
            text_document=types.TextDocumentIdentifier(uri=page),
            range=types.Range(types.Position(0, 0), types.Position(0, 0)),
            context=types.CodeActionContext(diagnostics=[], only=[types.CodeActionKind.Source]),
        )
    )
    (everything,) = offered
    filled = applied(page, words, everything)
    assert "// TODO " in filled and "|===" in filled and "<!--" not in filled, filled

    # A megabyte is answered in time.
    big = (folder / "big.md").as_uri()
    words = SPEC + "\n## More\n\n" + "The parcels come on one belt and go on another, by day and by night, whatever the weather.\n\n" * 11_500
    assert len(words) > 1_000_000
    begun = time.monotonic()
    item = types.TextDocumentItem(uri=big, language_id="markdown", version=1, text=words)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
    await published(big)
    assert client.diagnostics[big]
    took = time.monotonic() - begun
    print(f"a document of {len(words)} bytes: {took:.1f} s")
    assert took < 60, took

    client.text_document_did_close(types.DidCloseTextDocumentParams(text_document=types.TextDocumentIdentifier(uri=uri)))
    assert not await published(uri)
    await client.shutdown_session()
    return len(shown)


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        malformed(program, folder)
        number = asyncio.run(asyncio.wait_for(talk(program, pathlib.Path(folder).resolve()), 120))
    print(f"the editor's client agrees: {number} findings, hover, quick fixes, waivers")


if __name__ == "__main__":
    main()
