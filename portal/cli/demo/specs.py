"""The catalogue of sample tables: `catalogue/*.toml`, checked and frozen."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import ConfigDict, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

from config import vocabularies

CATALOGUE = Path(__file__).parent / "catalogue"
_STRICT = ConfigDict(extra="forbid")
RowKind = Literal["kecamatan", "desa", "kabupaten", "bulan", "kategori", "bulan-kategori"]
TableFormat = Literal["csv", "csv-id", "xlsx", "xlsx-buku", "ods"]
_FORMULAS = ("rate", "share_of", "sum", "minus", "percent", "per", "product", "average", "mean", "values")


@dataclass(frozen=True, config=_STRICT)
class ColumnSpec:
    """One measured column and the one formula behind it.

    `rate`: a total of `rate` per 1,000 inhabitants of the regency, shared out over the rows by `basis`;
    `share_of` with `share`: a part (or multiple) of another column; `sum`, `minus`, `percent`, `average`:
    of other columns; `per` and `product`: (column, column, factor); `mean` with `spread`: a level of its own;
    `values`: one level for each category. `trend` is the change in percent a year, `season` the swing over a
    year (wet season high), `steady` little noise. Columns may also name `penduduk`, `luas_km2`, `jumlah_desa`.
    """

    key: str
    label: str
    unit: str
    concept: str
    definition: str
    top: str = ""
    decimals: int | None = None
    rate: float | None = None
    basis: str = "penduduk"
    share_of: str | None = None
    share: float = 1.0
    sum: tuple[str, ...] | None = None
    minus: tuple[str, str] | None = None
    percent: tuple[str, str] | None = None
    per: tuple[str, str, float] | None = None
    product: tuple[str, str, float] | None = None
    average: tuple[str, ...] | None = None
    mean: float | None = None
    values: tuple[float, ...] | None = None
    spread: float = 0.12
    trend: float = 0.0
    season: float = 0.0
    steady: bool = False

    @model_validator(mode="after")
    def _one_formula(self) -> Self:
        given = [name for name in _FORMULAS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"kolom {self.key} harus punya tepat satu rumus, bukan {given}")
        if self.unit not in vocabularies.units():
            raise ValueError(f"satuan {self.unit!r} tidak ada dalam units.csv")
        return self

    @property
    def formula(self) -> str:
        """The name of the formula."""
        return next(name for name in _FORMULAS if getattr(self, name) is not None)

    @property
    def digits(self) -> int:
        """Decimals the values are rounded to."""
        return vocabularies.units()[self.unit].decimals if self.decimals is None else self.decimals

    @property
    def additive(self) -> bool:
        """Whether the values of all rows may be summed."""
        return self.formula in {"rate", "share_of", "sum", "minus", "product"}


@dataclass(frozen=True, config=_STRICT)
class TableSpec:
    """One sample table; `group` is the letter in the Brebes set, `bidang` the affair of its agency."""

    name: str
    title: str
    notes: str
    group: str
    bidang: str
    years: tuple[int, int]
    format: TableFormat
    method: str
    tags: tuple[str, ...]
    columns: tuple[ColumnSpec, ...]
    rows: RowKind = "kecamatan"
    category: str = ""
    categories: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    frequency: str = "tahunan"
    level: str = ""
    kind: str = "statistik_sektoral"
    source: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.frequency not in vocabularies.frequencies() or self.kind not in vocabularies.jenis_data():
            raise ValueError(f"tabel {self.name}: frekuensi atau jenis data tidak dikenal")
        if bool(self.categories) != self.rows.endswith("kategori"):
            raise ValueError(f"tabel {self.name}: kategori hanya untuk baris kategori")
        if self.weights and len(self.weights) != len(self.categories):
            raise ValueError(f"tabel {self.name}: bobot tidak sebanyak kategori")
        return self

    @property
    def presented_at(self) -> str:
        """`tingkat_penyajian` of the table."""
        return self.level or (self.rows if self.rows in {"kecamatan", "desa"} else "kabupaten")


@lru_cache(maxsize=1)
def tables() -> tuple[TableSpec, ...]:
    """All sample tables, in the order of the files. Raises pydantic.ValidationError for a wrong catalogue."""
    rows = []
    for path in sorted(CATALOGUE.glob("*.toml")):
        rows.extend(tomllib.loads(path.read_text(encoding="utf-8"))["tables"])
    return TypeAdapter(tuple[TableSpec, ...]).validate_python(rows)
