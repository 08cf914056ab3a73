"""V3 and V9 over loaded rows: each wrong code once with its first row, personal numbers counted and masked."""

from __future__ import annotations

from tests.portal.ingest.house import House

ROWS = (
    b"kode_kecamatan,isi,angka,nomor\n"
    b'33.29.01,"Siti, 3329014107900001",5,1234567890123456\n'
    b"3329010,biasa,6,1234567890123457\n"
    b"3329010,3329.0141.0790.0002,7,1234567890123458\n"
    b"33.29.99,teks yang cukup panjang tanpa nomor,8,1234567890123459\n"
    b"33.29.02,198501012010011002,9,1234567890123460\n"
)


def test_T29_T34_codes_and_personal_numbers_are_found_with_their_rows(house: House) -> None:
    dataset_id, _resource = house.loaded(ROWS)
    findings = house.view("siti", dataset_id).resources[0].findings
    found = {
        (item.rule, item.severity, item.place["column"], item.place["row"], item.place.get("count", 1))
        for item in findings
        if item.rule.startswith(("V3.", "V9."))
    }
    assert found == {
        ("V3.kode_bps", "galat", "kode_kecamatan", 2, 2),
        ("V3.tidak_dikenal", "peringatan", "kode_kecamatan", 4, 1),
        ("V9.nik", "galat", "isi", 1, 2),
        ("V9.nip", "galat", "isi", 5, 1),
    }
    stored = house.office.execute("SELECT string_agg(f::text, ' ') FROM vault.finding f").fetchone()
    assert stored is not None
    assert "3329014107900001" not in stored[0]
    assert "198501012010011002" not in stored[0]


def test_a_table_with_many_columns_is_looked_through(house: House) -> None:
    names = ",".join(f"k{number}" for number in range(300))
    row = ",".join(["3329014107900001", *("1" for _number in range(299))])
    dataset_id, _resource = house.loaded(f"{names}\n{row}\n{row}\n".encode())
    found = {item.rule: item for item in house.view("siti", dataset_id).resources[0].findings}
    assert "V9.nik" in found
    assert (found["V6.baris_kembar"].severity, found["V6.baris_kembar"].place["row"]) == ("peringatan", 2)
