"""Reads messages with Python's strict e-mail policy and holds each against what
was meant.

On stdin one JSON object a line:

  file      the message, from its own first header line to its end
  subject, from, to, cc, reply_to   as text; addresses as [name, address]
  headers   further ones, by name
  id        the Message-ID, without <>
  shape     its parts, like mixed(related(alternative(plain,html),png),pdf)
  text      the plain text, or null where Tebar makes it
  html      the letter as written, with the row's cells; or null
  markdown  likewise
  files     [name, SHA-256] of each attachment, then of each picture
  utf8      an address goes beyond ASCII (RFC 6531)

On stdout one line for each defect, and last how many messages were read.
"""

import base64
import email
import email.errors
import email.header
import email.policy
import hashlib
import json
import os
import re
import sys
from html.parser import HTMLParser

STRICT = email.policy.SMTP.clone(raise_on_defect=True)

# Each of these is there once; of the others below, at most once.
ALWAYS = {"Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Precedence", "Subject", "To"}
PERHAPS = {"Cc", "Content-Transfer-Encoding", "List-Unsubscribe", "List-Unsubscribe-Post", "Reply-To"}


class Tokens(HTMLParser):
    """What a letter shows and where it leads: words, addresses of links, texts
    of pictures. Those of Outlook's comments are left out."""

    silent = {"head", "style", "script", "title"}

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.depth, self.words, self.places, self.pictures, self.seen = 0, [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.depth += tag in self.silent
        if tag == "a" and "href" in attrs:
            self.places.append(attrs["href"])
        if tag == "img":
            self.pictures.append(attrs.get("src", ""))
            self.places.append(attrs.get("alt", ""))

    def handle_endtag(self, tag):
        self.depth -= tag in self.silent

    def handle_data(self, data):
        if self.depth == 0:
            self.words += data.split()

    def vocabulary(self):
        return set(re.findall(r"\w+", " ".join(self.words + self.places)))


class Defects(Exception):
    pass


def same(what, got, want):
    if got == want:
        return
    if isinstance(got, str) and isinstance(want, str) or isinstance(got, list) and isinstance(want, list):
        alike = len(os.path.commonprefix([got, want]))
        cut = slice(max(0, alike - 10), alike + 60)
        raise Defects(f"{what}, from {cut.start}: got {got[cut]!r}, want {want[cut]!r}")
    raise Defects(f"{what}: got {got!r}, want {want!r}")


def octets(raw, utf8):
    """The lines as they stand: RFC 5322, sections 2.1.1 and 2.2.3."""
    if re.search(rb"\r(?!\n)|(?<!\r)\n", raw):
        raise Defects("a bare CR or LF")
    if not raw.endswith(b"\r\n"):
        raise Defects("no line end at the end")
    head, _, body = raw.partition(b"\r\n\r\n")
    if b"\0" in raw or re.search(rb"[\x80-\xff]", body) or not utf8 and re.search(rb"[\x80-\xff]", head):
        raise Defects("bytes beyond 7 bits, or NUL")
    for line in body.split(b"\r\n"):
        if len(line) > 76:
            raise Defects(f"{len(line)} characters in a line: {line!r}")
        if line.endswith((b" ", b"\t")):
            raise Defects(f"a blank at the end of a line: {line!r}")
    for word in re.findall(rb"=\?[^ ?]*\?[^ ?]*\?[^ ?]*\?=", head):
        if len(word) > 75:
            raise Defects(f"an encoded word of {len(word)} characters (RFC 2047, section 2)")
    for line in head.split(b"\r\n"):
        if not line.strip():
            raise Defects("a header line that is all blanks")
        if len(line) > 998 or len(line) > 78 and re.search(rb"\S[ \t]\S", line.split(b": ", 1)[-1].strip()):
            raise Defects(f"a header line of {len(line)} characters that could have been folded: {line!r}")


def faultless(part, utf8):
    """No field has a defect. Python calls it one that an address goes beyond
    ASCII, even where RFC 6531 allows it."""
    for name, value in part.items():
        defects = [d for d in value.defects if not (utf8 and isinstance(d, email.errors.NonASCIILocalPartDefect))]
        if defects:
            raise Defects(f"{name}: {defects}")


def fields(message, expected):
    """Every field is known, and there once (RFC 5322, section 3.6)."""
    names = message.keys()
    for name in set(names):
        same(f"how often {name} is there", names.count(name), 1)
    unknown = set(names) - ALWAYS - PERHAPS - set(expected.get("headers", {}))
    if unknown or ALWAYS - set(names):
        raise Defects(f"fields unknown: {sorted(unknown)}, missing: {sorted(ALWAYS - set(names))}")
    for part in message.walk():
        faultless(part, expected.get("utf8"))


def mailbox(field, message, raw, want):
    """One name and address. Of a name in several encoded words Python, up to
    3.14, shows the gaps (gh-128110): there the older reader is asked too."""
    if want is None:
        return same(field, message[field], None)
    got = [[a.display_name, a.addr_spec] for a in message[field].addresses]
    written = email.message_from_bytes(raw, policy=email.policy.compat32)[field]
    if not isinstance(written, str) or written.count("=?") < 2:
        return same(field, got, [want])
    same(field, [[a[0].replace(" ", ""), a[1]] for a in got], [[want[0].replace(" ", ""), want[1]]])
    same(f"{field}, to the older reader", older(field, raw), f"{want[0]} <{want[1]}>")


def older(field, raw):
    """A field as Python's older reader has it."""
    value = email.message_from_bytes(raw, policy=email.policy.compat32)[field]
    return re.sub(r"\r\n(?=[ \t])", "", str(email.header.make_header(email.header.decode_header(value))))


def header(message, raw, expected):
    fields(message, expected)
    same("Subject", str(message["Subject"]), expected["subject"])
    for field in "From", "To", "Cc", "Reply-To":
        mailbox(field, message, raw, expected.get(field.lower().replace("-", "_")))
    same("Message-ID", str(message["Message-ID"]), f"<{expected['id']}>")
    if message["Date"].datetime is None or message["Date"].datetime.tzinfo is None:
        raise Defects(f"Date: {message['Date']}")
    for name, value in expected.get("headers", {}).items():
        same(name, str(message[name]), value)
    same("MIME-Version", str(message["MIME-Version"]), "1.0")


def encoded(part):
    """A transfer encoding is as RFC 2045 has it, not only understood."""
    body, kind = part.get_payload(), str(part.get("Content-Transfer-Encoding", "7bit"))
    lines = body.split("\r\n") if "\r\n" in body else body.split("\n")
    if kind == "base64":
        base64.b64decode("".join(lines), validate=True)
        if any(len(line) != 76 for line in lines[:-2]) or "" in lines[:-1]:
            raise Defects("base64 in lines of an odd length")
    elif kind == "quoted-printable":
        for line in lines:
            if not re.fullmatch(r"(?:[\t !-<>-~]|=[0-9A-F]{2})*=?", line):
                raise Defects(f"no quoted-printable: {line!r}")
    else:
        raise Defects(f"transfer encoding {kind}")


def shape(part):
    """The tree of parts; every leaf is decoded on the way."""
    if part.is_multipart():
        if (part.preamble or "").strip() or (part.epilogue or "").strip():
            raise Defects("text outside of the parts")
        return f"{part.get_content_subtype()}({','.join(shape(p) for p in part.iter_parts())})"
    if part.defects:
        raise Defects(f"{part.get_content_type()}: {part.defects}")
    encoded(part)
    part.get_payload(decode=True)
    return part.get_content_subtype()


def words(markdown):
    return re.findall(r"\w+", markdown.replace("mailto:", ""))


def letter(message, expected):
    """The two forms say what the letter says."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    text = plain.get_content().replace("\r\n", "\n") if plain else None
    shown = Tokens(html.get_content()) if html else None
    for part in filter(None, (plain, html)):
        same("charset", part.get_content_charset(), "utf-8")
        part.get_payload(decode=True).decode("utf-8", "strict")
    if expected.get("text") is not None:
        end = "" if message.is_multipart() or text == expected["text"] else "\n"
        same("text", text, expected["text"] + end)
    if expected.get("html") is not None:
        meant = Tokens(expected["html"])
        same("words of the HTML", shown.words, meant.words)
        same("links and alternative texts", shown.places, meant.places)
        same("pictures", [p for p in shown.pictures if not p.startswith("cid:")], [p for p in meant.pictures if "://" in p])
        if expected.get("text") is None:
            invented = set(words(text)) - shown.vocabulary() - {str(n) for n in range(1, 100)}
            same("words of the text alone", invented, set())
    # Of a mail link the text has the address alone.
    markdown = re.sub(r"(mailto:[^?)\s]*)\?[^)\s]*", r"\1", expected.get("markdown") or "")
    for word in words(markdown):
        if not word.isdigit() and (word not in text or word not in shown.vocabulary()):
            raise Defects(f"the word {word!r} of the Markdown is lost")
    return shown


def files(message, expected, shown):
    """Every file came whole, under its name; every picture shown is there."""
    attached = [p for p in message.walk() if p.get_content_disposition() == "attachment"]
    inline = [p for p in message.walk() if p.get_content_disposition() == "inline"]
    got = [[p.get_filename(), hashlib.sha256(p.get_payload(decode=True)).hexdigest()] for p in attached + inline]
    same("files", got, expected.get("files") or [])
    named = {p[len("cid:"):] for p in shown.pictures if p.startswith("cid:")} if shown else set()
    same("Content-IDs", {p["Content-ID"].strip("<>") for p in inline}, named)


def read(expected):
    with open(expected["file"], "rb") as f:
        raw = f.read()
    octets(raw, expected.get("utf8"))
    message = email.message_from_string(raw.decode("utf-8"), policy=STRICT.clone(utf8=True) if expected.get("utf8") else STRICT)
    if message.defects:
        raise Defects(message.defects)
    header(message, raw, expected)
    same("subject, to the older reader", older("Subject", raw), expected["subject"])
    same("shape", shape(message), expected["shape"])
    files(message, expected, letter(message, expected))


def main():
    count = 0
    for line in sys.stdin:
        expected = json.loads(line)
        try:
            read(expected)
        except Exception as e:  # a defect of any kind is a line of the answer
            print(f"{expected['file']}: {type(e).__name__}: {e}")
        count += 1
    print(count)


main()
