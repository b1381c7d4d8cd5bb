#!/usr/bin/env python3
"""Makes the pictures of README and docs: the summary and one comment on a line, as GitHub shows them, and the page of a report.

The words are those that a story posts about docs/examples/parcel-damage.md; GitHub's own Markdown (cmark-gfm) and its own style
sheet make a page of them, and a browser without a window takes the picture. Look at the pictures before they are committed.

usage: python3 docs/pictures/make.py      needs: npm, chromium (apt install npm chromium); the rest goes below target/pictures
       target/pictures/venv/bin/python docs/pictures/make.py pages FOLDER     those of the page, where tests/oracle/page.mjs left them
"""

import html
import json
import os
import re
import subprocess
import sys
import tempfile
import venv

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KEPT = os.path.join(ROOT, "target/pictures")
STYLE = "github-markdown-css@5.9.0"
PYTHON = ["cmarkgfm==2025.10.22", "pillow==12.0.0"]
STORY = "an_opened_pull_request_with_a_spec_gets_summary_review_and_check"
WIDTH = 860
# A summary can be long: the picture shows its beginning.
TALLEST = 1100

# What GitHub leaves of HTML in a comment; the rest is shown as text.
TAGS = set("a b blockquote br code del details div em h1 h2 h3 h4 h5 h6 hr input kbd li ol p pre strong sub summary sup "
           "table tbody td th thead tr ul".split())

PAGE = """<!doctype html><meta charset="utf-8"><style>{style}
body {{ margin: 16px; width: {width}px; font-family: "Liberation Sans", Helvetica, Arial, sans-serif; color: #1f2328; }}
.box {{ border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden; }}
.head {{ background: #f6f8fa; padding: 8px 16px; border-bottom: 1px solid #d1d9e0; font-size: 14px; }}
.bot {{ border: 1px solid #d1d9e0; border-radius: 2em; padding: 0 7px; font-size: 12px; color: #59636e; }}
.markdown-body {{ padding: 16px; font-size: 14px; }}
.diff {{ font: 12px/20px "Liberation Mono", monospace; border-collapse: collapse; width: 100%; }}
.diff td {{ padding: 0 10px; white-space: pre-wrap; background: #dafbe1; }}
.diff td.n {{ width: 1%; text-align: right; background: #aceebb; color: #1f2328; }}
.on {{ border-top: 1px solid #d1d9e0; padding: 12px; }}
</style><div id="all">{content}</div>"""


def prepare():
    """Installs what is needed once, and goes on in the Python that has it."""
    python = os.path.join(KEPT, "venv/bin/python")
    if not os.path.exists(python):
        venv.create(os.path.join(KEPT, "venv"), with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PYTHON], check=True)
    subprocess.run(["npm", "install", "--prefix", KEPT, "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", STYLE],
                   check=True)
    os.execv(python, [python, os.path.abspath(__file__), "prepared"])


def posted():
    """The summary and the inline comments that the story posts."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cargo", "test", "--quiet", "--test", "e2e", STORY], cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "SPECREVIEW_RECORD": folder})
        said = []
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                said += [json.loads(line) for line in file]
    wrote = [one for one in said if one.get("method") in ("POST", "PATCH") and one["status"] < 300]
    summary = [one["body"]["body"] for one in wrote if re.search(r"/issues/(\d+/comments|comments/\d+)$", one["path"])]
    inline = [comment for one in wrote if one["path"].endswith("/reviews") for comment in one["body"]["comments"]]
    return summary[-1], inline


def rendered(text):
    import cmarkgfm
    from cmarkgfm.cmark import Options

    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_HARDBREAKS | Options.CMARK_OPT_GITHUB_PRE_LANG
    page = cmarkgfm.markdown_to_html_with_extensions(text, options, ["table", "autolink", "strikethrough", "tasklist", "tagfilter"])
    page = re.sub(r"<!--.*?-->", "", page, flags=re.S)

    def tag(found):
        return found[0] if found[1].lower() in TAGS else html.escape(found[0])

    page = re.sub(r"</?([A-Za-z][A-Za-z0-9-]*)[^>]*>", tag, page)
    change = r'<pre lang="suggestion"><code>(.*?)</code></pre>'
    return re.sub(change, r'<div class="box"><div class="head">Suggested change</div><pre><code>\1</code></pre></div>', page, flags=re.S)


def box(body, more=""):
    head = '<div class="head"><b>specreview</b> <span class="bot">bot</span> ' + more + "</div>"
    return f'<div class="box">{head}<div class="markdown-body">{rendered(body)}</div></div>'


def on_a_line(comment):
    """The comment below the lines that it speaks of, as on the page of changed files."""
    with open(os.path.join(ROOT, "docs/examples/parcel-damage.md"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    last = comment["line"]
    row = '<tr><td class="n">{}</td><td>+ {}</td></tr>'
    rows = "".join(row.format(n, html.escape(lines[n - 1])) for n in range(max(1, last - 3), last + 1))
    file_head = f'<div class="head"><code>{html.escape(comment["path"])}</code></div>'
    return f'<div class="box">{file_head}<table class="diff">{rows}</table><div class="on">{box(comment["body"])}</div></div>'


def browse(*arguments):
    with tempfile.TemporaryDirectory() as profile:
        return subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
             "--hide-scrollbars", f"--user-data-dir={profile}", *arguments],
            check=True, capture_output=True, text=True, timeout=120).stdout


def picture(name, content):
    from PIL import Image

    with open(os.path.join(KEPT, "node_modules/github-markdown-css/github-markdown-light.css"), encoding="utf-8") as file:
        page = PAGE.format(style=file.read(), width=WIDTH, content=content)
    measure = "<script>document.title = document.getElementById('all').offsetHeight + 32</script>"
    source, target = os.path.join(KEPT, f"{name}.html"), os.path.join(ROOT, f"docs/pictures/{name}.png")
    with open(source, "w", encoding="utf-8") as file:
        file.write(page + measure)
    told = browse("--dump-dom", f"--window-size={WIDTH + 32},1000", f"file://{source}")
    tall = int(re.search(r"<title>(\d+)</title>", told)[1])
    shown = min(tall, TALLEST)
    browse(f"--screenshot={target}", f"--window-size={WIDTH + 32},{tall}", f"file://{source}")
    image = Image.open(target).convert("RGB").crop((0, 0, WIDTH + 32, shown))
    # Few colours say the same in a third of the bytes.
    image.quantize(128, dither=Image.Dither.NONE).save(target, optimize=True)
    print(f"{target}: {WIDTH + 32} x {shown} of {tall}, {os.path.getsize(target) // 1000} kB")


def page():
    """The beginning of the HTML report on the example."""
    from PIL import Image

    source, target = os.path.join(KEPT, "report.html"), os.path.join(ROOT, "docs/pictures/report.png")
    subprocess.run(["cargo", "run", "--quiet", "--", "review", "docs/examples/parcel-damage.md", "--format", "html", "-o", source],
                   cwd=ROOT, check=True)
    browse(f"--screenshot={target}", "--window-size=1000,1230", f"file://{source}")
    Image.open(target).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(target, optimize=True)
    print(f"{target}: {os.path.getsize(target) // 1000} kB")


# Those of the page that the program serves, as tests/oracle/page.mjs has taken them.
PAGES = {"form": "form", "progress": "progress", "history": "history", "comparison": "comparison", "phone": "phone-report",
         "dark": "dark-report"}


def pages(taken):
    from PIL import Image, ImageChops

    for name, of in PAGES.items():
        target = os.path.join(ROOT, f"docs/pictures/page-{name}.png")
        image = Image.open(os.path.join(taken, f"{of}.png")).convert("RGB")
        # Below the last word there is nothing to see.
        background = Image.new("RGB", image.size, image.getpixel((image.width - 1, image.height - 1)))
        end = min(image.height, ImageChops.difference(image, background).getbbox()[3] + 24)
        image = image.crop((0, 0, image.width, end))
        image.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(target, optimize=True)
        print(f"{target}: {image.width} x {image.height}, {os.path.getsize(target) // 1000} kB")


def main():
    if sys.argv[1:2] == ["pages"]:
        pages(sys.argv[2])
        return
    if sys.argv[1:] != ["prepared"]:
        prepare()
    summary, inline = posted()
    speaking = [one for one in inline if "```suggestion" in one["body"]] or [one for one in inline if "ARI-004" in one["body"]] or inline
    picture("summary", box(summary, "commented"))
    picture("comment", on_a_line(speaking[0]))
    page()


main()
