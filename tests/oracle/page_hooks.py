"""What schemathesis cannot think up from the description: keys that were never sent, and files that are documents.

A good idempotency key is replaced by a new one: with another body the same key is rightly refused. A file of a valid request is one of the
forms that the description names; files that are none are sent with the requests that are to be refused.
"""

import re
import uuid

import schemathesis
from hypothesis import strategies as st


@schemathesis.hook
def before_call(context, case, kwargs):
    headers = case.headers or {}
    if re.fullmatch(r"[!-~]{1,255}", headers.get("Idempotency-Key", "")):
        headers["Idempotency-Key"] = str(uuid.uuid4())


LETTERS = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))
WORDS = st.text(LETTERS, max_size=200).map(lambda text: f"# Specification\n\n{text}\n".encode())
schemathesis.openapi.media_type("text/markdown", WORDS)
schemathesis.openapi.media_type("text/plain", WORDS)
