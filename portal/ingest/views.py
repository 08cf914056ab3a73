"""My tasks, my datasets, one dataset, its jobs and how a citizen would see it. Each view asks one verb and renders."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.access.rows import DatasetFilter, Page
from portal.accounts.service import Accounts
from portal.contract.metadata import ColumnEntry
from portal.ingest import views_show as show
from portal.ingest.acts import Act
from portal.ingest.lifecycle import EDITABLE, State
from portal.ingest.permitted import may_list, own_agencies
from portal.ingest.queries import DatasetView, ResourceView
from portal.ingest.service import Ingest
from portal.ingest.views_fields import specs
from portal.ingest.views_maps import shapes_map
from portal.kernel.errors import Conflict, Forbidden, Invalid, PortalError
from portal.kernel.texts import gettext as _
from portal.web.rendering import render
from portal.web.request import identity, runtime, scope, service

blueprint = Blueprint("ingest", __name__, template_folder=str(Path(__file__).with_name("templates")))
Answer = str | Response | tuple[str, int]

#: Refusals that a page shows where the person is; every other goes through the table of errors.
REFUSED = (Invalid, Conflict)
A_PAGE = 25
CITIZEN_ROWS = 10


def done(dataset_id: UUID, message: str, endpoint: str = "ingest.dataset", **values: Any) -> Response:
    """Back to a page of the dataset, with a word of what was done."""
    flash(message, "good")
    return redirect(url_for(endpoint, dataset_id=dataset_id, **values), 303)


def status_of(refusal: PortalError) -> int:
    """422 for input, 409 for what does not fit the state."""
    return 409 if isinstance(refusal, Conflict) else 422


def undo() -> None:
    """Nothing of a refused act stays; the page is then made from what stands."""
    scope().session("office").rollback()


def labels() -> dict[str, str]:
    """Names of the metadata fields in plain words."""
    return {name: field.label for name, field in specs(runtime().profile).items()}


@blueprint.get("/")
def tasks() -> Answer:
    """What waits for this person, by due date."""
    who = identity()
    waiting = service(Ingest).queries.my_tasks(who) if may_list(who) else ()
    lines = [(line, *show.task_words(line)) for line in waiting]
    return render("ingest/tasks.html", lines=lines, now=scope().now(), can_upload=bool(own_agencies(who)))


@blueprint.get("/cari")
def find() -> Response:
    """The header's search box."""
    return redirect(url_for("ingest.datasets", q=request.args.get("q", "").strip()[:100]), 303)


@blueprint.get("/data")
def datasets() -> Answer:
    """Datasets that this person's duties cover."""
    filters = {key: states for key, _words, states in show.state_filters()}
    chosen, agency_id = request.args.get("keadaan", ""), request.args.get("instansi", type=UUID)
    q, page = request.args.get("q", "").strip()[:100], min(max(request.args.get("hal", 1, int), 1), 10_000)
    found = service(Ingest).queries.my_datasets(
        identity(),
        DatasetFilter(
            agency_ids=frozenset({agency_id} if agency_id else ()), states=filters.get(chosen, frozenset()), words=q
        ),
        Page(page, A_PAGE),
    )
    context = {"chosen": chosen, "agency_id": agency_id, "q": q, "page": page, "pages": -(-found.total // A_PAGE)}
    return _list_page(found, context)


def _list_page(found: Any, context: dict[str, Any]) -> str:
    agencies = [(str(row.id), row.title) for row in service(Accounts).agencies(identity())]
    states = [(key, words) for key, words, _states in show.state_filters()]

    def page_url(number: int) -> str:
        kept = {"keadaan": context["chosen"], "instansi": context["agency_id"], "q": context["q"]}
        return url_for("ingest.datasets", hal=number, **{key: value for key, value in kept.items() if value})

    more = {"state_options": states, "agency_options": agencies, "page_url": page_url, "words": show.state_words()}
    return render("ingest/list.html", found=found, can_upload=bool(own_agencies(identity())), **context, **more)


def view_of(dataset_id: UUID) -> DatasetView:
    """The dataset as this person may see it; NotFound otherwise (exempt and foreign ones alike)."""
    return service(Ingest).queries.dataset_view(identity(), dataset_id)


def require_act(view: DatasetView, *acts: Act) -> None:
    """What one may not do is refused before what was typed is judged; the service decides again when it is done.

    Raises Forbidden unless the service lists one of the acts for this person now.
    """
    if not set(acts) & set(view.acts):
        raise Forbidden(_("Tindakan ini tidak tersedia bagi Anda pada keadaan dataset sekarang."), rule=str(acts[0]))


@blueprint.get("/data/<uuid:dataset_id>")
def dataset(dataset_id: UUID) -> Answer:
    """One dataset: where it stands, what is owed, files, acts, versions, history."""
    return dataset_page(view_of(dataset_id))


def dataset_page(view: DatasetView, status: int = 200, refusal: PortalError | None = None) -> Answer:
    """The page of one dataset, with a refusal of an act on top where there is one."""
    names = labels()
    page = render(
        "ingest/dataset.html",
        view=view,
        refusal=refusal,
        steps=show.steps(view),
        waiting=show.waiting_for(view),
        acts=show.act_links(view),
        owed=show.owed_list(view, names),
        findings=show.findings(view.findings),
        spoken=show.spoken(view),
        history=show.history_words(view),
        words=show.state_words(),
        resource_words=show.resource_words,
        show=show,
        labels=names,
        licence=show.licence_words(view),
        editable=view.line.state in EDITABLE,
        restorable=[number for number, state, _at in view.versions if state in {State.RELEASED, State.DUE}],
    )
    return page, status


@blueprint.get("/data/<uuid:dataset_id>/pekerjaan/<int:job_id>.json")
def job(dataset_id: UUID, job_id: int) -> Response:
    """How far a job is."""
    return jsonify(show.job_json(service(Ingest).queries.job(identity(), dataset_id, job_id)))


@blueprint.get("/data/<uuid:dataset_id>/pratinjau")
def preview(dataset_id: UUID) -> Answer:
    """The dataset as a citizen would see it."""
    view = view_of(dataset_id)
    return render("ingest/preview.html", view=view, public=public_parts(view), labels=labels(), **_licence(view))


def _licence(view: DatasetView) -> dict[str, str]:
    return {"licence": show.licence_words(view)}


def public_parts(view: DatasetView) -> list[dict[str, Any]]:
    """What becomes public of each file: columns that are not closed, the first rows, a picture of the shapes."""
    return [_part(view, item) for item in view.resources]


def _part(view: DatasetView, item: ResourceView) -> dict[str, Any]:
    shown = [entry for entry in item.columns if entry.public]
    part: dict[str, Any] = {"row": item.row, "columns": shown, "hidden": len(item.columns) - len(shown), "rows": []}
    if item.row.table_name is None:
        return part
    queries = service(Ingest).queries
    names, rows = queries.rows(identity(), view.line.id, item.row.id, limit=CITIZEN_ROWS)
    part["rows"] = [dict(zip(names, row, strict=True)) for row in rows]
    part["heads"] = [_head(entry) for entry in shown]
    if item.row.kind == "layer":
        part["picture"] = shapes_map(queries.shapes(identity(), view.line.id, item.row.id), runtime().profile)
    return part


def _head(entry: ColumnEntry) -> dict[str, Any]:
    numeric = entry.type in {"integer", "numeric", "number"}
    plain = entry.type == "year" or "tahun" in entry.name
    return {
        "key": entry.name, "label": entry.label or entry.name, "note": entry.unit, "numeric": numeric, "plain": plain,
    }  # fmt: skip


__all__ = [
    "REFUSED",
    "Answer",
    "blueprint",
    "dataset_page",
    "done",
    "labels",
    "require_act",
    "status_of",
    "undo",
    "view_of",
]
