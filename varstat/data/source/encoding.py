"""Encodings: bytes as text, and the control characters in it."""

import codecs
import re

from varstat.errors import TableError

# What may come out of `charset_normalizer` where the text isn't Windows-1252, most likely first.
_SOUGHT = (
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "mac_roman",
    "cp932",
    "gb18030",
    "big5",
    "euc_kr",
    "koi8_r",
    "cp850",
)
_WESTERN = "cp1252"
# Alphabets that differ from the western one in a few letters.
_KIN = ("cp1254", "cp1250", "iso8859_2", "cp1257")
_LETTER = r"[^\W\d_]"
_IN_WORDS = re.compile(
    rf"(?<={_LETTER})[\ufffd\xa1-\xb6\xb8-\xbf\xd7\xf7](?={_LETTER})|[\ufffd£¤¥¦¬¯±²³¶¹¼½¾](?={_LETTER})|"
    r"(?<=[a-zß-öø-ÿ])[À-ÖØ-ÞŠŽŒŸĄĆĘŁŃŚŹŻČĎĚŇŘŤŮŐŰĽ]"
)
_BESIDE = re.compile(r"[A-Za-z](?=[^\x00-\x7f])|(?<=[^\x00-\x7f])[A-Za-z]")
_USUAL = 0.7
_ICELANDIC, _OF_ICELAND = re.compile("[þðÞÐ]"), re.compile("[áæíúéóÁÆÍÚÉÓ]")
_NAMES = {
    "cp1252": "Windows-1252",
    "iso8859_2": "Latin-2",
    "mac_roman": "Mac Roman",
    "cp932": "Shift JIS",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "euc_kr": "EUC-KR",
    "koi8_r": "KOI8-R",
    "cp850": "DOS (850)",
}
_MARKS = (
    # UTF-32's begins as UTF-16's does.
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_HIGH = re.compile(rb"[\x80-\xff]")
_SAMPLE = 20_000
# As much worse another encoding must make the text for Windows-1252 to be taken all the same.
_MESS = 0.02
# Tabs, line ends, form feeds and the end-of-file of old systems are no damage.
_CONTROLS = bytes((*range(9), 11, *range(14, 26), 27))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x19\x1b]")
_FEW, _SHARE, _NAMED = 3, 25, 5
NO_TEXT = (
    "this is a binary file, or text in an encoding that cannot be recognised. Give CSV, TSV, XLSX, "
    "XLS, Parquet or DuckDB."
)


def is_text(data: bytes) -> bool:
    """Tell text, in which a control character stands by accident, from binary data."""
    for mark, encoding, _ in _MARKS:
        if data.startswith(mark):
            try:
                data.decode(encoding)
            except UnicodeDecodeError:
                return False
            return True
    controls = len(data) - len(data.translate(None, _CONTROLS))
    few = controls <= max(_FEW, len(data) / _SHARE) and 4 * controls <= len(data)
    return few or _unmarked_utf16(data) is not None


def decode(data: bytes) -> tuple[str, str | None]:
    """Turn a file's bytes into text.

    UTF-8 and what begins with a byte order mark are certain. Anything else is guessed by
    `charset_normalizer` from the lines that aren't ASCII; Windows-1252, as Excel writes, is taken
    wherever it makes as good a text as the guess. What no encoding fits is Latin-1, which takes
    any byte.

    Returns
    -------
    text : str
    note : str or None
        Which encoding was taken, when it was not UTF-8.

    Raises
    ------
    UnicodeDecodeError
        If the bytes aren't what their byte order mark says.
    """
    for mark, encoding, name in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding), f"read as {name} text"
    if wide := _unmarked_utf16(data):
        return data.decode(wide), "read as UTF-16 text"
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        encoding = _guess(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode("latin-1"), "read as Latin-1 text: it is neither UTF-8 nor Windows-1252"
    name = _NAMES.get(encoding, encoding.replace("cp", "Windows-"))
    doubt = "" if encoding == _WESTERN else ", by the look of it"
    return text, f"read as {name} text{doubt}: it is not valid UTF-8"


def _unmarked_utf16(data: bytes) -> str | None:
    """Tell UTF-16 without a byte order mark by its zeros: every second byte of ASCII text."""
    head = data[:_SAMPLE]
    pairs = len(head) // 2
    first, second = head[::2].count(0), head[1::2].count(0)
    if len(data) % 2 or pairs < 4 or max(first, second) < 0.7 * pairs:
        return None
    if min(first, second) > 0.05 * pairs:
        return None
    return "utf_16_le" if second > first else "utf_16_be"


def _guess(data: bytes) -> str:
    # Imported here: most files are UTF-8.
    from charset_normalizer import from_bytes

    sample = _not_ascii(data)
    if len(_HIGH.findall(sample)) < _FEW:
        return _WESTERN
    if _is_shift_jis(sample):
        return "cp932"
    western = from_bytes(sample, cp_isolation=[_WESTERN]).best()
    matches = from_bytes(sample, cp_isolation=list(_SOUGHT))
    best = matches.best()
    if best is None or (western is not None and western.chaos <= best.chaos + _MESS):
        return _by_words(sample, _WESTERN)
    likely = [each for each in matches if each.chaos <= best.chaos + _MESS]
    could = {name for each in likely for name in (each.encoding, *each.could_be_from_charset)}
    guess = next(name for name in _SOUGHT if name in could)
    if guess in _KIN:
        return _by_words(sample, _WESTERN if western is None else guess)
    return guess


def _is_shift_jis(sample: bytes) -> bool:
    """Tell Shift JIS by common characters that stand together, as accented letters never do.

    The first bytes of kana and of common kanji lie where other encodings of Asia have hardly any,
    and those of the West single letters, with plain ones around them.
    """
    try:
        text = sample.decode("cp932")
    except UnicodeDecodeError:
        return False
    other = [letter for letter in text if not letter.isascii()]
    common = sum(0x81 <= letter.encode("cp932")[0] <= 0x9F for letter in other)
    return common >= _USUAL * len(other) and len(_BESIDE.findall(text)) <= 0.1 * len(other)


def _by_words(sample: bytes, guess: str) -> str:
    """Take another of the alphabets that differ in a few letters, if words then look like words."""
    found = {name: _count_misfits(sample, name) for name in (guess, *_KIN)}
    return min(found, key=lambda name: found[name])


def _count_misfits(sample: bytes, encoding: str) -> int:
    """Count signs and capitals inside of words, and letters that Iceland alone has in other words.

    Where "Łódź" is read as "£ódŸ" there are two.
    """
    text = sample.decode(encoding, errors="replace")
    strange = len(_IN_WORDS.findall(text))
    return strange if _OF_ICELAND.search(text) else strange + len(_ICELANDIC.findall(text))


def _not_ascii(data: bytes) -> bytes:
    """The first lines that hold anything but ASCII, which is all that tells encodings apart."""
    lines: list[bytes] = []
    size = 0
    for found in re.finditer(rb"[^\n]*[\x80-\xff][^\n]*\n?", data):
        lines.append(found[0])
        size += len(found[0])
        if size > _SAMPLE:
            break
    return b"".join(lines)[: 2 * _SAMPLE]


def check_controls(text: str, *, name: str) -> str | None:
    """Find control characters, which text has by damage alone.

    Parameters
    ----------
    text : str
    name : str
        The file's name, for messages.

    Returns
    -------
    str or None
        A note that names them and their rows; None where there are none.

    Raises
    ------
    TableError
        If there are so many that this can't be text, or one is NUL, at which programs end text.
    """
    found = list(_CONTROL.finditer(text))
    if not found:
        return None
    if len(found) > max(_FEW, len(text) / _SHARE):
        raise TableError(name, NO_TEXT)
    rows = list(dict.fromkeys(_row(text, each.start()) for each in found))
    more = ", ..." if len(rows) > _NAMED else ""
    listed = f"row{'' if len(rows) == 1 else 's'} {', '.join(map(str, rows[:_NAMED]))}{more}"
    which = " and ".join(sorted({f"0x{ord(each[0]):02X}" for each in found}))
    one = f"a control character ({which})" if len(found) == 1 else f"control characters ({which})"
    if any(each[0] == "\0" for each in found):
        raise TableError(
            name, f"{one} in {listed}: the file is damaged there. Delete what can't be printed."
        )
    return f"{one} in {listed}, read as part of the text"


def _row(text: str, at: int) -> int:
    """The row of a place in the text; line ends within quotation marks begin no row."""
    before = text[:at]
    quoted = "".join(re.findall(r'"[^"]*"', before))
    return before.count("\n") - quoted.count("\n") + 1
