"""Every rule of the table engine: its code, how much it weighs, its Indonesian sentence."""

from __future__ import annotations

from geo.findings import Finding, Param, Severity
from geo.tables.types import TableError

_G, _P, _C = Severity.GALAT, Severity.PERINGATAN, Severity.CATATAN

RULES: dict[str, tuple[Severity, str]] = {
    "tabel.berkas_kosong": (_G, "Berkas {file} kosong (0 byte)."),
    "tabel.bukan_tabel": (_G, "Berkas {file} bukan tabel: isinya {kind}. Kirim CSV, XLSX, XLS, atau ODS."),
    "tabel.biner": (_G, "Berkas {file} bukan berkas teks: berisi data biner, walau namanya seperti tabel."),
    "tabel.terkunci": (_G, "Berkas {file} terkunci kata sandi. Buka kuncinya lalu kirim ulang."),
    "tabel.rusak": (_G, "Berkas {file} rusak dan tidak dapat dibaca: {reason}."),
    "tabel.bom_zip": (_G, "Berkas {file} mengembang terlalu besar saat dibuka ({reason}); ditolak."),
    "tabel.lembar_terlalu_luas": (
        _G,
        "Lembar {name} membentang sampai sel {cell} ({cells} sel). Hapus isi yang jauh dari tabel.",
    ),
    "tabel.terlalu_berat": (_G, "Tabel dalam {file} terlalu besar untuk diolah. Pecah berkasnya lalu kirim ulang."),
    "tabel.xml_entitas": (_G, "Berkas {file} memuat deklarasi entitas XML; ditolak demi keamanan."),
    "tabel.lembar_tidak_ada": (_G, "Lembar “{name}” tidak ada. Lembar yang ada: {names}."),
    "tabel.lembar_kosong": (_G, "Lembar “{name}” tidak berisi apa pun."),
    "tabel.tanpa_baris": (_G, "Tabel tidak mempunyai baris data; hanya kepala kolom."),
    "tabel.kolom_terlalu_banyak": (
        _G,
        "Tabel mempunyai {columns} kolom; paling banyak {limit}. Ubah kolom menjadi baris lalu kirim ulang.",
    ),
    "tabel.kutip_tidak_ditutup": (
        _G,
        "Tanda kutip yang dibuka pada baris {row} tidak pernah ditutup. Perbaiki atau pilih “tanpa tanda kutip”.",
    ),
    "tabel.sel_terlalu_besar": (_G, "Sel pada baris {row} lebih besar dari {limit} karakter."),
    "tabel.pilihan_keliru": (_G, "Pilihan pembacaan tidak dapat dipakai: {reason}."),
    "tabel.penyandian_tidak_cocok": (_G, "Berkas tidak dapat dibaca dengan penyandian {encoding}."),
    "tabel.kutip_ganjil": (_P, "Baris {row}: tanda kutip di tengah sel; sel dibaca apa adanya."),
    "tabel.baris_kurang_sel": (
        _P,
        "Baris {row} hanya mempunyai {cells} sel, kepala {width}; sisanya dikosongkan.",
    ),
    "tabel.baris_lebih_sel": (
        _P,
        "Baris {row} mempunyai {cells} sel, kepala {width}; kelebihannya masuk kolom tanpa nama.",
    ),
    "tabel.karakter_rusak": (_P, "Baris {row}: ada karakter yang tidak dapat dibaca; ditandai dengan “\ufffd”."),
    "tabel.karakter_nul": (_P, "Baris {row}: karakter NUL dibuang karena tidak dapat disimpan."),
    "tabel.penyandian_ditebak": (
        _C,
        "Berkas bukan UTF-8; dibaca sebagai {encoding}. Periksa huruf beraksen pada pratinjau.",
    ),
    "tabel.kepala_kosong": (_P, "Kolom ke-{number} tidak mempunyai nama; diberi nama “{name}”."),
    "tabel.kepala_ganda": (_P, "Nama kolom “{label}” dipakai lebih dari sekali; kolom ke-{number} menjadi “{name}”."),
    "tabel.tanpa_kepala": (_P, "Baris kepala tidak ditemukan; kolom diberi nama kolom_1, kolom_2, dan seterusnya."),
    "tabel.baris_judul": (_C, "{count} baris di atas kepala dibaca sebagai judul: “{title}”."),
    "tabel.nomor_kolom": (_C, "Baris {row} hanya berisi nomor kolom dan tidak ikut dimuat."),
    "tabel.baris_jumlah": (_P, "Baris {row} (“{label}”) dikenali sebagai baris jumlah dan tidak ikut dimuat."),
    "tabel.jumlah_di_tengah": (_P, "Baris {row} (“{label}”) tampak seperti baris jumlah di tengah tabel; ikut dimuat."),
    "tabel.baris_catatan": (_C, "Baris {row} dikenali sebagai catatan kaki dan tidak ikut dimuat: “{label}”."),
    "tabel.baris_kosong": (_C, "{count} baris kosong dilewati."),
    "tabel.sel_gabung": (_C, "{count} sel gabungan diisi dengan nilai sel pertamanya."),
    "tabel.lembar_tersembunyi": (_C, "Lembar “{name}” tersembunyi."),
    "tabel.rumus_tanpa_nilai": (
        _P,
        "Sel {cell} berisi rumus tanpa nilai tersimpan; sel menjadi kosong. Buka lalu simpan lagi berkasnya.",
    ),
    "tabel.rumus": (_C, "{count} sel berisi rumus; nilai tersimpannya yang dipakai."),
    "tabel.sel_galat": (_P, "Baris {row}: sel {value} berisi galat rumus; menjadi kosong."),
    "tabel.epoch_1904": (_C, "Buku kerja memakai sistem tanggal 1904; tanggal dihitung darinya."),
    "tabel.angka_16_digit": (
        _P,
        "Kolom “{column}” berisi angka 16 digit atau lebih sebagai bilangan; Excel hanya menyimpan 15 digit pertama.",
    ),
    "tabel.kode_ilmiah": (
        _P,
        "Kolom “{column}” berisi kode dalam bentuk ilmiah ({value}); angka aslinya hilang sebelum dikirim.",
    ),
    "tabel.angka_ambigu": (
        _P,
        "Kolom “{column}”: titik pada “{value}” bisa pemisah ribuan atau desimal; dibaca {reading}. Pastikan.",
    ),
    "tabel.tanggal_ambigu": (_P, "Kolom “{column}”: tanggal dibaca {reading}; pastikan."),
    "tabel.sel_tidak_cocok": (_P, "Baris {row}, kolom “{column}”: “{value}” bukan {type}."),
    "tabel.muat_ditolak": (
        _G,
        "{count} sel tidak cocok dengan tipe kolomnya (baris pertama {row}, kolom “{column}”: “{value}”). "
        "Perbaiki berkas, ganti tipe, atau pilih “kosongkan” atau “jadikan teks”.",
    ),
    "tabel.sel_dikosongkan": (_P, "Kolom “{column}”: {count} sel yang bukan {type} dikosongkan atas pilihan petugas."),
    "tabel.dijadikan_teks": (_P, "Kolom “{column}”: {count} sel bukan {type}; seluruh kolom dimuat sebagai teks."),
    "tabel.tanda_kosong": (_C, "Kolom “{column}”: {count} tanda ({marks}) dibaca sebagai tidak ada nilai."),
}  # fmt: skip


def make(
    rule: str,
    /,
    *,
    place: tuple[str | None, int | None, str | None] = (None, None, None),
    value: str | None = None,
    times: int = 1,
    **params: Param,
) -> Finding:
    """The finding of `rule` at `place` (sheet, row, column); params also receive row, column and value."""
    severity, template = RULES[rule]
    sheet, row, column = place
    filled: dict[str, Param] = {"row": row, "column": column, "value": value, **params}
    known = {key: item for key, item in filled.items() if item is not None}
    return Finding(rule, severity, template, known, sheet or None, row, column, value, count=times)


def refuse(rule: str, /, *, row: int | None = None, **params: Param) -> TableError:
    """The error to raise for `rule`."""
    severity, template = RULES[rule]
    filled = params if row is None else {"row": row, **params}
    return TableError(Finding(rule, severity, template, filled, row=row))
