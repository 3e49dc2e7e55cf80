"""Text in every encoding in which it comes, and what a control character does to it."""

import pytest
from cards import make_card

from varstat.data import read_table
from varstat.data.source.encoding import decode, is_text
from varstat.errors import TableError

FRENCH = "unité,nom,n\nA,Hôpital d'Évreux,12\nB,Clinique de Besançon,30\n"
GERMAN = "Krankenhaus;Fälle\nMünchen Süd;12\nKöln;15\nGroßhadern;4\n"


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        (FRENCH, "utf-8", None),
        (FRENCH, "utf-8-sig", None),
        (FRENCH, "utf-16", "UTF-16"),
        (FRENCH, "utf-32", "UTF-32"),
        ("unit,n\nÉa,1\n", "utf-16-le", "UTF-16"),
        ("unit,n\nÉa,1\n", "utf-16-be", "UTF-16"),
        (FRENCH, "cp1252", "Windows-1252"),
        (GERMAN, "cp1252", "Windows-1252"),
        ("unit,cost\nA,£12\nB,€15\n", "cp1252", "Windows-1252"),
        ("unit,name\nA,St Mary\u2019s\n", "cp1252", "Windows-1252"),
        (FRENCH, "mac_roman", "Mac Roman"),
        (FRENCH, "cp850", "DOS"),
        ("больница;случаи\nМосква;12\nСамара;13\n", "cp1251", "Windows-1251"),
        ("Νοσοκομείο;Θάνατοι\nΑθήνα;12\nΠάτρα;3\n", "cp1253", "Windows-1253"),
        ("病院,件数,合計\n東京,12,100\n大阪,10,90\n", "shift_jis", "Shift JIS"),
        ("病院,性別,死亡\nH00,男,12\n", "cp932", "Shift JIS"),
        ("hôpital,décès\nA,3\n", "mac_roman", "Mac Roman"),
        ("医院,死亡,病例\n北京,12,100\n上海,13,120\n", "gb18030", "GB 18030"),
        ("병원,사망\n서울,12\n부산,3\n", "euc_kr", "EUC-KR"),
    ],
)
def test_encodings_are_recognised_and_named(text, encoding, named):
    found, note = decode(text.encode(encoding))
    assert found == text
    assert (note is None) if named is None else (named in (note or ""))


POLISH = "kod;nazwa;n\nA;Szpital Łódź;12\nB;Zakład Żory;3\nC;Głuchów Niżny;4\n"
TURKISH = "kod;ad;n\nA;Şişli Hastanesi;12\nB;Ağrı;3\nC;İzmir Çığlı;4\n"
SLOVAK = "kód;názov;n\nA;Špitál Ľubica;1\nB;Nemocnica Ľubovňa;3\nC;Hôpital Žďár;4\n"


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        (POLISH, "cp1250", "Windows-1250"),
        (POLISH, "iso8859_2", "Latin-2"),
        (SLOVAK, "cp1250", "Windows-1250"),
        (TURKISH, "cp1254", "Windows-1254"),
        ("kod,navn\nA,Sjúkrahúsið á Akureyri\nB,Þórshöfn\n", "cp1252", "Windows-1252"),
        ("kod,nom\nA,Mª José\nB,¿Qué?\nC,«Été»\nD,Brand®\nE,n° 5\n", "cp1252", "Windows-1252"),
        ("kood,nimi\nA,Põhja-Eesti\nB,Tõrva\nC,Võru Haigla\n", "cp1252", "Windows-1252"),
    ],
)
def test_alphabets_that_differ_in_few_letters_are_told_apart_by_words(text, encoding, named):
    found, note = decode(text.encode(encoding))
    assert found == text
    assert named in (note or "")


def test_any_bytes_are_some_text():
    found, note = decode(b"unit\nCaf\xe9\x81\n")
    assert found == "unit\nCafé\x81\n"
    assert "Latin-1" in (note or "")


@pytest.mark.parametrize(
    "data",
    [bytes(100), b"\x00\x01\x02", b"\xff\xfea", bytes(range(32)) * 9, b"\x7fELF" + bytes(60)],
)
def test_binary_data_is_no_text(data):
    assert not is_text(data)


CONTROLLED = {
    "an apostrophe in a name": ("A,Rue de l\x19Hopital,10,100\n", "(0x19) in row 2"),
    "a bell": ("A,x,10,100\nB,y\x07,3,10\n", "(0x07) in row 3"),
    "a backspace after a quoted line end": ('A,"a\nb",10,100\nB,y\x08,3,10\n', "(0x08) in row 3"),
    "an escape": ("A,\x1b[31mx,10,100\n", "(0x1B) in row 2"),
    "a vertical tab": ("A,x\x0by,10,100\n", "(0x0B) in row 2"),
    "two of a kind": ("A,x\x01,10,100\nB,y\x01,3,10\n", "(0x01) in rows 2, 3"),
}


@pytest.mark.parametrize("what", CONTROLLED)
def test_one_control_character_is_named_and_makes_no_file_binary(tmp_path, what):
    rows, named = CONTROLLED[what]
    path = tmp_path / "t.csv"
    path.write_bytes(("unit,address,numerator,denominator\n" + rows).encode())
    table = read_table(path, card=make_card())
    assert table.frame["numerator"][0] == 10
    assert any(named in note for note in table.account.notes)


def test_a_nul_is_refused_by_row(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"unit,numerator,denominator\nA,1,20\nB\0,2,30\n")
    with pytest.raises(TableError, match=r"control character \(0x00\) in row 3"):
        read_table(path, card=make_card())
