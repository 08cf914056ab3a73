"""Words of the benchmark catalogue: subjects that regencies publish, and what people ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One subject: its group (letter of the Brebes set), the affair of its agency, and its words."""

    group: str
    bidang: str
    subjects: tuple[str, ...]
    breakdowns: tuple[str, ...]
    tags: tuple[str, ...]
    columns: tuple[str, ...]
    sentences: tuple[str, ...]
    layer: bool = False


def _topic(group: str, bidang: str, subjects: str, breakdowns: str, tags: str, sentence: str, columns: str) -> Topic:
    layer = bidang.endswith("+")
    return Topic(
        group,
        bidang.rstrip("+"),
        tuple(subjects.split("; ")),
        tuple(part for part in breakdowns.split("; ") if part),
        tuple(tags.split("; ")),
        tuple(columns.split("; ")),
        (sentence,),
        layer,
    )


#: group, affair ("+": also as a layer), subjects, breakdowns, tags, a sentence of its own, columns.
TOPICS: tuple[Topic, ...] = (
    _topic(
        "c",
        "kependudukan",
        "Jumlah penduduk; Kepadatan penduduk; Proyeksi penduduk; Jumlah kepala keluarga",
        "jenis kelamin; kelompok umur; agama; status perkawinan; pendidikan",
        "penduduk; kependudukan; demografi; jenis kelamin; keluarga",
        "Angka kependudukan bersumber dari pelayanan administrasi kependudukan di {where}.",
        "Kode kecamatan; Laki-laki; Perempuan; Jumlah",
    ),
    _topic(
        "d",
        "kesehatan",
        "Balita stunting; Prevalensi stunting; Status gizi balita",
        "puskesmas; jenis kelamin",
        "stunting; gizi; balita; kesehatan anak",
        "Pengukuran tinggi badan balita dilakukan di posyandu oleh kader dan petugas gizi.",
        "Balita diukur; Balita stunting; Prevalensi",
    ),
    _topic(
        "d",
        "pendidikan+",
        "Jumlah sekolah; Jumlah murid yang bersekolah; Jumlah guru; Ruang kelas rusak",
        "jenjang; status sekolah; kelas",
        "sekolah; pendidikan; murid; guru",
        "Data sekolah diperbarui dua kali setahun melalui data pokok pendidikan.",
        "Sekolah; Murid; Guru; Rasio",
    ),
    _topic(
        "e",
        "pertanian+",
        "Produksi padi; Luas panen padi; Luas lahan sawah; Produksi jagung dan kedelai",
        "musim tanam; jenis lahan",
        "padi; pertanian; pangan; sawah; panen",
        "Luas panen dihitung petugas penyuluh pertanian lapangan di {where}.",
        "Luas panen; Produktivitas; Produksi",
    ),
    _topic(
        "d",
        "kesehatan",
        "Cakupan imunisasi dasar lengkap; Imunisasi bayi; Vaksinasi anak sekolah",
        "puskesmas; jenis imunisasi",
        "imunisasi; vaksin; bayi; kesehatan",
        "Imunisasinya diberikan di posyandu, puskesmas dan sekolah.",
        "Sasaran; Diimunisasi; Cakupan",
    ),
    _topic(
        "i",
        "pekerjaan-umum+",
        "Panjang jalan kabupaten; Kondisi jalan; Jembatan",
        "kondisi; jenis permukaan; fungsi",
        "jalan; infrastruktur; jembatan; transportasi",
        "Survei kondisi jalan dilaksanakan setiap tahun anggaran.",
        "Ruas; Panjang; Kondisi",
    ),
    _topic(
        "d",
        "sosial",
        "Keluarga penerima bantuan sosial; Penduduk miskin; Penyandang disabilitas",
        "jenis bantuan; desil",
        "bantuan sosial; kemiskinan; kesejahteraan",
        "Data perorangan tidak disertakan; hanya jumlah yang diterbitkan.",
        "Penerima; Nilai",
    ),
    _topic(
        "j",
        "keuangan",
        "Realisasi anggaran; Pendapatan asli daerah; Belanja daerah; Dana desa",
        "jenis belanja; urusan; perangkat daerah",
        "apbd; anggaran; keuangan daerah; pajak",
        "Angka realisasi belum diperiksa sampai laporan keuangan disahkan.",
        "Anggaran; Realisasi; Persentase",
    ),
    _topic(
        "a",
        "pekerjaan-umum+",
        "Jaringan sungai; Jaringan irigasi; Curah hujan; Pos hujan",
        "bulan; daerah irigasi",
        "sungai; irigasi; curah hujan; air",
        "Pengamatan dilakukan pada pos hujan dan pos duga air.",
        "Nama; Panjang; Debit",
    ),
    _topic(
        "d",
        "kebencanaan+",
        "Kejadian bencana; Kawasan rawan banjir; Kawasan rawan longsor; Jalur evakuasi",
        "jenis bencana; bulan",
        "bencana; banjir; longsor; kerawanan",
        "Kejadian dicatat oleh pusat pengendalian operasi.",
        "Jenis; Kejadian; Kerusakan",
    ),
    _topic(
        "g",
        "perdagangan+",
        "Pasar rakyat; Jumlah pedagang; Harga bahan pokok",
        "komoditas; pasar; minggu",
        "pasar; perdagangan; harga; inflasi",
        "Harga dicatat petugas di pasar pantauan setiap hari Senin.",
        "Komoditas; Harga",
    ),
    _topic(
        "e",
        "peternakan",
        "Populasi ternak; Produksi telur; Pemotongan ternak",
        "jenis ternak",
        "ternak; sapi; unggas; peternakan",
        "Populasi dihitung pada akhir tahun oleh petugas kecamatan.",
        "Jenis; Populasi",
    ),
    _topic(
        "e",
        "perikanan+",
        "Produksi perikanan tangkap; Luas tambak; Rumah tangga perikanan",
        "jenis ikan; alat tangkap",
        "ikan; perikanan; tambak; nelayan",
        "Produksi dihitung dari tempat pelelangan ikan dan pembudi daya.",
        "Jenis; Produksi; Nilai",
    ),
    _topic(
        "c",
        "tenaga-kerja",
        "Pencari kerja terdaftar; Penempatan tenaga kerja; Upah minimum; Pekerja migran",
        "pendidikan; jenis kelamin; negara tujuan",
        "tenaga kerja; pencari kerja; upah; pengangguran",
        "Pencari kerja terdaftar adalah pemegang kartu AK-1.",
        "Terdaftar; Ditempatkan",
    ),
    _topic(
        "h",
        "pariwisata+",
        "Kunjungan wisatawan; Daya tarik wisata; Hotel dan rumah makan; Cagar budaya",
        "bulan; asal wisatawan",
        "wisata; pariwisata; hotel; kunjungan",
        "Kunjungan dihitung dari karcis yang terjual.",
        "Daya tarik; Kunjungan",
    ),
    _topic(
        "k",
        "lingkungan+",
        "Timbulan sampah; Mutu air sungai; Ruang terbuka hijau; Bank sampah",
        "jenis; titik pantau",
        "sampah; lingkungan hidup; kualitas air",
        "Contoh air diambil dua kali setahun dan diuji di laboratorium.",
        "Titik; Parameter; Nilai",
    ),
    _topic(
        "b",
        "kepegawaian",
        "Jumlah aparatur sipil negara; Pegawai menurut golongan; Jabatan fungsional",
        "golongan; pendidikan; perangkat daerah",
        "pegawai; aparatur sipil negara; golongan",
        "Keadaan pada akhir semester dari sistem informasi kepegawaian.",
        "Laki-laki; Perempuan; Jumlah",
    ),
    _topic(
        "b",
        "desa+",
        "Status perkembangan desa; Batas desa; Jumlah rukun tetangga; Badan usaha milik desa",
        "status",
        "desa; indeks desa membangun; pemerintahan desa",
        "Kode desa mengikuti kode wilayah Kementerian Dalam Negeri.",
        "Kode desa; Nama desa; Status",
    ),
    _topic(
        "i",
        "perhubungan",
        "Kendaraan bermotor; Angkutan umum; Kecelakaan lalu lintas; Parkir",
        "jenis kendaraan; bulan",
        "kendaraan; transportasi; lalu lintas",
        "Trayek angkutan dalam kabupaten saja yang dicatat.",
        "Jenis; Jumlah",
    ),
    _topic(
        "f",
        "industri",
        "Industri kecil dan menengah; Sentra industri; Nilai produksi industri",
        "jenis industri; skala",
        "industri; umkm; tenaga kerja",
        "Pendataan dilaksanakan penyuluh perindustrian.",
        "Unit usaha; Tenaga kerja",
    ),
    _topic(
        "g",
        "koperasi",
        "Koperasi aktif; Usaha mikro; Penyaluran kredit usaha",
        "jenis koperasi; sektor",
        "koperasi; usaha mikro; kredit",
        "Koperasi aktif mengadakan rapat anggota tahunan.",
        "Koperasi; Anggota; Volume",
    ),
    _topic(
        "d",
        "perempuan-anak",
        "Pelayanan keluarga berencana; Kekerasan terhadap anak; Pernikahan dini",
        "jenis; kelompok umur",
        "keluarga berencana; perlindungan anak; perempuan",
        "Sel yang kurang dari lima disamarkan.",
        "Jenis; Jumlah",
    ),
    _topic(
        "k",
        "perumahan",
        "Rumah tidak layak huni; Akses air minum; Sanitasi layak; Kawasan kumuh",
        "status; sumber air",
        "perumahan; air minum; sanitasi",
        "Verifikasi lapangan dilakukan bersama desa.",
        "Rumah; Persentase",
    ),
    _topic(
        "i",
        "kominfo+",
        "Menara telekomunikasi; Titik akses internet; Desa terlayani jaringan",
        "operator; jenis",
        "internet; telekomunikasi; menara",
        "Letak menara sesuai izin yang diterbitkan.",
        "Menara; Tinggi",
    ),
    _topic(
        "k",
        "perencanaan",
        "Indikator pembangunan; Usulan musrenbang; Capaian rencana kerja",
        "prioritas; perangkat daerah",
        "perencanaan; pembangunan; musrenbang",
        "Indikator mengikuti rencana pembangunan jangka menengah.",
        "Indikator; Target; Capaian",
    ),
    _topic(
        "a",
        "tata-ruang+",
        "Penggunaan lahan; Rencana pola ruang; Kawasan lindung; Batas kecamatan",
        "kelas; kawasan",
        "tata ruang; penggunaan lahan; peta",
        "Peta dibuat pada skala 1:25.000 dengan acuan peta Rupabumi Indonesia.",
        "Kelas; Luas",
    ),
    _topic(
        "b",
        "perizinan",
        "Izin terbit; Nomor induk berusaha; Realisasi investasi",
        "jenis izin; sektor",
        "perizinan; investasi; usaha",
        "Rekapitulasi dari sistem perizinan berusaha.",
        "Jenis; Permohonan; Terbit",
    ),
    _topic(
        "d",
        "kesehatan+",
        "Sebaran puskesmas; Tenaga kesehatan; Sepuluh penyakit terbanyak; Kasus demam berdarah",
        "puskesmas; jenis tenaga; bulan",
        "puskesmas; kesehatan; penyakit; dokter",
        "Fasilitas kesehatan swasta disertakan bila melapor.",
        "Puskesmas; Kasus",
    ),
)

#: Sentences that any notes may hold.
SENTENCES: tuple[str, ...] = (
    "Data dikumpulkan oleh {agency} dan diperiksa walidata sebelum diterbitkan.",
    "Angka tahun terakhir bersifat sementara dan dapat berubah pada rilis berikutnya.",
    "Tanda hubung berarti tidak ada kejadian, tiga titik berarti data tidak tersedia.",
    "Cakupan data adalah seluruh {where} kecuali disebutkan lain.",
    "Metode pengumpulan mengikuti standar data yang disepakati Forum Satu Data.",
    "Perbandingan antartahun perlu memperhatikan perubahan jumlah desa dan kelurahan.",
    "Dataset dapat dipakai untuk perencanaan, penelitian dan pengawasan oleh masyarakat.",
    "Definisi setiap kolom tersedia dalam kamus data.",
)

QUERIES: tuple[str, ...] = (
    "penduduk", "jumlah penduduk menurut jenis kelamin", "kependudukan", "bersekolah", "imunisasinya", "stunting",
    "stuntng", "kab. brebes", "padi", "luas panen padi 2023", "jalan rusak", "banjir", "puskesmas", "harga cabai",
    "anggaran pendidikan", "sungai", "wisata purwakarta", "koperasi aktif", "sampah", "umkm", "air minum layak",
    "tenaga kerja migran", "sekolah dasar", "bawang merah", "zzxq",
)  # fmt: skip


def slug(text: str) -> str:
    """A name for an address: lower-case ASCII letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace("–", "-")).strip("-")
