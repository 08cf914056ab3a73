"""One file of a dataset: what was found in it, how it is to be read, its columns, its layer, its dictionary."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from geo import codec
from geo.layers.types import LayerChoice
from geo.tables.types import PreviewRow, ReadChoice, TableReport
from portal.ingest import forms, forms_files
from portal.ingest import views_show as show
from portal.ingest.acts import Act
from portal.ingest.forms_files import COLUMNS_A_PAGE, DELIMITERS, ENCODINGS
from portal.ingest.queries import DatasetView, ResourceView
from portal.ingest.schemas import ResourceChoice, ResourceEdit
from portal.ingest.service import Ingest
from portal.ingest.views import REFUSED, Answer, blueprint, dataset_page, done, require_act, status_of, undo, view_of
from portal.ingest.views_maps import layer_map, places, shapes_map
from portal.kernel.errors import Conflict, Invalid, NotFound
from portal.kernel.texts import gettext as _
from portal.web.rendering import render
from portal.web.request import identity, runtime, service

AT = "/data/<uuid:dataset_id>/berkas/<uuid:resource_id>"
ROWS = 50
RAW_ROWS = 30


def _pair(dataset_id: UUID, resource_id: UUID) -> tuple[DatasetView, ResourceView]:
    view = view_of(dataset_id)
    found = next((item for item in view.resources if item.row.id == resource_id), None)
    if found is None:
        raise NotFound
    return view, found


@blueprint.get(AT)
def resource(dataset_id: UUID, resource_id: UUID) -> Answer:
    """One file as it stands: being read, waiting for a choice, loaded, refused."""
    return _page(*_pair(dataset_id, resource_id))


def _page(view: DatasetView, item: ResourceView, refusal: Invalid | Conflict | None = None, part: str = "") -> Answer:
    row = item.row
    context: dict[str, Any] = {
        "view": view,
        "item": item,
        "row": row,
        "refusal": refusal,
        "errors": forms.first(refusal) if isinstance(refusal, Invalid) else {},
        "refused_part": part,
        "findings": show.findings(item.findings),
        "resource_words": show.resource_words,
        "busy": row.state in {"diterima", "diperiksa_berkas"},
        "editable": Act.EDIT in view.acts,
        "show": show,
        "old": request.form if refusal is not None else None,
    }
    template = {"tabel": "table", "layer": "layer", "berkas": "file", "tautan": "file"}[row.kind]
    context |= {"tabel": _table_context, "layer": _layer_context, "berkas": _file_context, "tautan": _file_context}[
        row.kind
    ](view, item)
    return render(f"ingest/{template}.html", **context), status_of(refusal) if refusal else 200


def _file_context(_view: DatasetView, _item: ResourceView) -> dict[str, Any]:
    return {}


def _window(count: int) -> dict[str, int]:
    """Which columns are shown now; many are shown some at a time."""
    pages = max(1, -(-count // COLUMNS_A_PAGE))
    page = min(max(request.values.get("kolom", 1, int), 1), pages)
    return {"column_page": page, "column_pages": pages, "column_from": (page - 1) * COLUMNS_A_PAGE,
            "column_to": page * COLUMNS_A_PAGE}  # fmt: skip


def _loaded_rows(view: DatasetView, item: ResourceView) -> dict[str, Any]:
    if item.row.state != "dimuat" or item.row.table_name is None:
        return {"loaded": (), "names": ()}
    names, rows = service(Ingest).queries.rows(identity(), view.line.id, item.row.id, limit=ROWS)
    return {"loaded": rows, "names": names}


def _table_context(view: DatasetView, item: ResourceView) -> dict[str, Any]:
    report = item.table
    bad = {} if report is None else {(cell.row, cell.column): cell for cell in report.bad_cells}
    return {
        "report": report,
        "bad": bad,
        "tail": _tail(report),
        "bad_columns": {cell.column for cell in report.bad_cells} if report else set(),
        "delimiters": list(DELIMITERS),
        "delimiter": next((key for key, mark in DELIMITERS.items() if report and mark == report.delimiter), ""),
        "encodings": [(name, name.upper()) for name in dict.fromkeys((*_current(report), *ENCODINGS))],
        **_window(max(len(item.columns), len(report.columns) if report else 0)),
        **_loaded_rows(view, item),
    }


def _tail(report: TableReport | None) -> list[PreviewRow]:
    """The last rows, where they are not among the first ones."""
    if report is None:
        return []
    last = max((line.row for line in report.preview[:RAW_ROWS]), default=0)
    return [line for line in report.preview_tail if line.row > last]


def _current(report: TableReport | None) -> tuple[str, ...]:
    return (report.encoding,) if report is not None and report.encoding else ()


def _layer_context(view: DatasetView, item: ResourceView) -> dict[str, Any]:
    found, profile = item.layer, runtime().profile
    stored = item.row.choice.get("layer")
    choice = codec.decode(LayerChoice, stored) if stored else LayerChoice()
    picture = layer_map(found, profile) if found else None
    if item.row.state == "dimuat":
        picture = shapes_map(service(Ingest).queries.shapes(identity(), view.line.id, item.row.id), profile)
    return {
        "found": found,
        "code_options": [(field.title, field.title) for field in found.fields] if found else [],
        "choice": choice,
        "picture": picture,
        "places": places(found, profile) if found else [],
        **_window(len(item.columns)),
        **_loaded_rows(view, item),
    }


@blueprint.post(AT + "/pilihan")
def choose(dataset_id: UUID, resource_id: UUID) -> Answer:
    """Look at the file under this choice, or load it so."""
    view, item = _pair(dataset_id, resource_id)
    resources = service(Ingest).resources
    try:
        choice = _choice(item)
        verb = resources.choose if request.form.get("tindakan") == "muat" else resources.inspect_again
        verb(identity(), dataset_id, resource_id, choice)
    except REFUSED as refusal:
        undo()
        return _page(view, item, refusal, "pilihan")
    return redirect(url_for("ingest.resource", dataset_id=dataset_id, resource_id=resource_id), 303)


def _choice(item: ResourceView) -> ResourceChoice:
    if item.table is not None:
        stored = item.row.choice.get("read")
        before = codec.decode(ReadChoice, stored) if stored and item.row.state == "dimuat" else None
        return ResourceChoice(kind="tabel", read=forms_files.read_choice(request.form, item.table, before))
    if item.layer is not None:
        return ResourceChoice(kind="layer", layer=forms_files.layer_choice(request.form, item.layer))
    return ResourceChoice(kind=item.row.kind)


@blueprint.post(AT + "/baca-ulang")
def read_again(dataset_id: UUID, resource_id: UUID) -> Answer:
    """Inspect the file anew, as if it had just come."""
    view, item = _pair(dataset_id, resource_id)
    try:
        service(Ingest).resources.inspect_again(identity(), dataset_id, resource_id)
    except REFUSED as refusal:
        undo()
        return _page(view, item, refusal)
    return redirect(url_for("ingest.resource", dataset_id=dataset_id, resource_id=resource_id), 303)


@blueprint.post(AT + "/kamus")
def dictionary(dataset_id: UUID, resource_id: UUID) -> Answer:
    """Name, description and the column dictionary."""
    view, item = _pair(dataset_id, resource_id)
    form = request.form
    try:
        columns = forms_files.dictionary(form, item.columns) if item.columns else None
        edit = ResourceEdit(name=form.get("name"), description=form.get("description"), columns=columns)
        service(Ingest).resources.edit(identity(), dataset_id, resource_id, edit)
    except REFUSED as refusal:
        undo()
        return _page(view, item, refusal, "kamus")
    return done(dataset_id, _("Tersimpan."), "ingest.resource", resource_id=resource_id, kolom=form.get("kolom"))


@blueprint.post(AT + "/bagian-lain")
def another_part(dataset_id: UUID, resource_id: UUID) -> Response:
    """Another sheet or layer of the same file, as a resource of its own."""
    name = request.form.get("name", "").strip()
    made = service(Ingest).resources.another_part(identity(), dataset_id, resource_id, name)
    return done(dataset_id, _("Pilih lembar atau lapisannya di sini."), "ingest.resource", resource_id=made)


@blueprint.post("/data/<uuid:dataset_id>/berkas/urutan")
def reorder(dataset_id: UUID) -> Answer:
    """Move one file a place up or down; the page comes back with the focus where it was."""
    view = view_of(dataset_id)
    moved, way = request.form.get("berkas", type=UUID), "naik" if request.form.get("arah") == "naik" else "turun"
    try:
        order = forms_files.moved([item.row.id for item in view.resources], moved, -1 if way == "naik" else 1)
        service(Ingest).resources.reorder(identity(), dataset_id, order)
    except REFUSED as refusal:
        undo()
        require_act(view, Act.EDIT)
        return dataset_page(view_of(dataset_id), status_of(refusal), refusal)
    # the address names the button, so the keyboard stays on it without a script; at the ends, on the one that works
    button = "turun" if order[0] == moved else "naik" if order[-1] == moved else way
    return redirect(url_for("ingest.dataset", dataset_id=dataset_id, pindah=moved, _anchor=f"{button}-{moved}"), 303)


@blueprint.route(AT + "/hapus", methods=["GET", "POST"])
def remove(dataset_id: UUID, resource_id: UUID) -> Answer:
    """Take a file off the working version: said before exactly, since its rows go."""
    view, item = _pair(dataset_id, resource_id)
    if request.method == "GET":
        return render("ingest/remove.html", view=view, item=item)
    try:
        service(Ingest).resources.remove(identity(), dataset_id, resource_id)
    except REFUSED as refusal:
        undo()
        return _page(view, item, refusal)
    return done(dataset_id, _("%(name)s dihapus dari dataset ini.", name=item.row.name))
