"""Actions about accounts as anybody without one sees them: nobody is listed, nobody is found (a known difference).

The public process answers with these alone, since it knows no account; the office lays its own over them for people
who are signed in, and answers everybody else with these too (I9).
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from portal.api import found
from portal.api.action import Action, Call
from portal.api.arguments import Arguments, Flag, IdArguments, LaxFlag, Natural, NoArguments, Text, TextList, Whole
from portal.api.facts import Facts
from portal.api.references import MaybeRefArguments, Ref, RefArguments, Referring
from portal.kernel.errors import Invalid, NotFound, SignInRequired
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _


class UserListArguments(Arguments):
    """Which people: words in name, full name or (for administrators) e-mail; an exact e-mail; the order."""

    q: Text = ""
    email: Text = ""
    order_by: Text = "display_name"
    all_fields: Flag = True
    include_site_user: Flag = False


class UserShowArguments(MaybeRefArguments):
    """One person by username or id; nothing is oneself."""

    include_datasets: Flag = False
    include_num_followers: Flag = False
    include_password_hash: Flag = False
    include_plugin_extras: Flag = False


class UserAutocompleteArguments(Referring):
    """What is being typed."""

    REFERENCES: ClassVar[frozenset[str]] = frozenset({"q"})
    q: Ref
    limit: Natural = 20
    ignore_self: LaxFlag = False


class MemberListArguments(RefArguments):
    """Members of an organisation or group."""

    object_type: Text = ""
    capacity: Text = ""


class GroupsOfArguments(Arguments):
    """Which groups the caller may put datasets into."""

    available_only: LaxFlag = False
    am_member: LaxFlag = False
    include_dataset_count: Flag = False
    include_member_count: Flag = False


class OrganizationsOfArguments(Arguments):
    """Whose organisations, and by which of CKAN's permissions."""

    id: Text = ""
    permission: Text = "manage_group"
    include_dataset_count: Flag = False
    include_member_count: Flag = False


class TokensOfArguments(Arguments):
    """Whose tokens; `user` is the old name."""

    user_id: Text = ""
    user: Text = ""


class KeyArguments(Referring):
    """A configuration option."""

    REFERENCES: ClassVar[frozenset[str]] = frozenset({"key"})
    key: Ref


class CollaboratorsArguments(RefArguments):
    """A dataset (or a person), and which capacity."""

    capacity: Text = ""


class FolloweesArguments(IdArguments):
    """A person, and how what he follows begins."""

    q: Text = ""


class OwnFolloweesArguments(MaybeRefArguments):
    """A person; who may not ask of others is refused before his name is missed."""


class JobsArguments(Arguments):
    """Which queues, how many, and whether ids only."""

    queues: TextList = ()
    limit: Whole = 200
    ids_only: LaxFlag = False


class PageArguments(Arguments):
    """A page of a list of acts."""

    offset: Natural = 0
    limit: Natural = Field(default=31)


def user_list(_call: Call, args: UserListArguments) -> object:
    """Return the people of the caller's own organisations (an administrator's: all). `q`, `email`, `order_by`,
    `all_fields` (false: names only). Anonymous callers see nobody."""
    check_order(args)
    return []


def check_order(args: UserListArguments) -> None:
    """CKAN's refusal of an order that it gave up. Raises Invalid."""
    if args.order_by == "edits":
        raise Invalid(fields={"message": [_("order_by=edits tidak didukung lagi")]})


def user_show(_call: Call, _args: UserShowArguments) -> object:
    """Return a person. `id`: username or id (default: oneself); `include_num_followers`. Seen by colleagues and
    administrators; to everybody else nobody is there."""
    raise NotFound


def user_autocomplete(_call: Call, _args: UserAutocompleteArguments) -> object:
    """Return people (`id`, `name`, `fullname`) whose name holds `q`. `limit`: 20. Colleagues only."""
    return []


def member_list(call: Call, args: MemberListArguments) -> object:
    """Return the members of an organisation or group as [id, type, capacity]. `id`; `object_type` (`user`, `package`);
    `capacity`. People are shown to colleagues only, datasets to everybody."""
    group = found.group(call, args.id)
    if group is None:
        raise NotFound
    return packages_of(call, group, args)


def packages_of(call: Call, group: found.FoundGroup, args: MemberListArguments) -> list[list[str]]:
    """The datasets of an organisation or group as members."""
    capacity = "organization" if group.kind == "organization" else "public"
    if args.object_type not in {"", "package"} or args.capacity not in {"", capacity}:
        return []
    return [[str(key), "package", capacity] for key in found.datasets_of(call, group)]


def group_list_authz(_call: Call, _args: GroupsOfArguments) -> object:
    """Return the groups that the caller may put datasets into. `am_member`: his own only."""
    return []


def organization_list_for_user(_call: Call, args: OrganizationsOfArguments) -> object:
    """Return the organisations in which the caller (or `id`) has a capacity with CKAN's `permission`
    (default `manage_group`). `include_dataset_count`, `include_member_count`."""
    if args.id:
        raise NotFound
    return []


def api_token_list(_call: Call, args: TokensOfArguments) -> object:
    """Return the tokens of a person that still open something; never the keys. `user_id`: username or id."""
    require_user(args)
    raise SignInRequired


def require_user(args: TokensOfArguments) -> str:
    """The person named. Raises Invalid when nobody is."""
    name = args.user_id or args.user
    if not name:
        raise Invalid(fields={"user_id": [_("Nilai wajib diisi")]})
    return name


def package_collaborator_list(call: Call, args: CollaboratorsArguments) -> object:
    """Return a dataset's collaborators: this portal has none, roles at the agency take their place."""
    if found.dataset_id(call, args.id) is None:
        raise NotFound
    raise SignInRequired if not call.identity.signed_in else no_collaborators()


def package_collaborator_list_for_user(_call: Call, _args: CollaboratorsArguments) -> object:
    """Return the datasets that a person collaborates on: this portal has no collaborators."""
    raise no_collaborators()


def no_collaborators() -> Invalid:
    """CKAN's refusal where collaborators are off."""
    return Invalid(fields={"message": [_("Kolaborator dataset tidak diaktifkan")]})


def unknown(kind: str) -> Invalid:
    """CKAN's refusal of an id that leads to nothing which may be seen."""
    return Invalid(fields={"id": [_("Tidak ditemukan: %(what)s", what=kind)]})


def dataset_follower_count(call: Call, args: IdArguments) -> object:
    """Return the number of people who follow a dataset. `id`: its name or id."""
    key = found.dataset_id(call, args.id)
    if key is None:
        raise unknown("Dataset")
    return Facts(call.queries.session).followers(key)


def group_follower_count(call: Call, args: IdArguments) -> object:
    """Return the number of people who follow a group or organisation. `id`: its name or id."""
    group = found.group(call, args.id)
    if group is None:
        raise unknown("Group")
    return Facts(call.queries.session).followers(group.id)


def am_following_dataset(call: Call, args: IdArguments) -> object:
    """Return whether the caller follows a dataset."""
    dataset_follower_count(call, args)
    raise SignInRequired


def am_following_group(call: Call, args: IdArguments) -> object:
    """Return whether the caller follows a group or organisation."""
    group_follower_count(call, args)
    raise SignInRequired


def of_a_person(_call: Call, _args: IdArguments) -> object:
    """Return how a person follows or is followed. To an anonymous caller no person is there."""
    raise unknown("User")


def account_needed(_call: Call, _args: Arguments) -> object:
    """Needs an account; these acts are the office's."""
    raise SignInRequired


def not_authorized(_call: Call, _args: Arguments) -> object:
    """Needs an account; whom people follow, and who follows, is nobody else's business."""
    raise SignInRequired(_("tidak berwenang"))


def internal_only(_call: Call, _args: Arguments) -> object:
    """For the portal's own services and its administrators."""
    raise SignInRequired(_("hanya layanan portal sendiri yang memakai tindakan ini"))


def own_dashboard(_call: Call, _args: Arguments) -> object:
    """Needs an account: everybody has a dashboard of his own."""
    raise SignInRequired(_("Anda harus masuk untuk membuka dasbor Anda."))


def _closed(name: str, arguments: type[Arguments], permission: Permission | None = None) -> Action:
    """An action that CKAN refuses to an anonymous caller before it reads anything."""
    return Action(name, arguments, account_needed, permission)


ACTIONS = (
    Action("user_list", UserListArguments, user_list),
    Action("user_show", UserShowArguments, user_show),
    Action("user_autocomplete", UserAutocompleteArguments, user_autocomplete),
    Action("member_list", MemberListArguments, member_list),
    Action("group_list_authz", GroupsOfArguments, group_list_authz),
    Action("organization_list_for_user", OrganizationsOfArguments, organization_list_for_user),
    Action("api_token_list", TokensOfArguments, api_token_list),
    Action("package_collaborator_list", CollaboratorsArguments, package_collaborator_list),
    Action("package_collaborator_list_for_user", CollaboratorsArguments, package_collaborator_list_for_user),
    Action("dataset_follower_count", IdArguments, dataset_follower_count),
    Action("group_follower_count", IdArguments, group_follower_count),
    Action("organization_follower_count", IdArguments, group_follower_count),
    Action("am_following_dataset", IdArguments, am_following_dataset),
    Action("am_following_group", IdArguments, am_following_group),
    *(
        Action(name, IdArguments, of_a_person)
        for name in (
            "user_follower_count", "am_following_user", "followee_count", "user_followee_count",
            "dataset_followee_count", "group_followee_count", "organization_followee_count",
        )
    ),
    *(
        Action(name, OwnFolloweesArguments, not_authorized)
        for name in (
            "user_follower_list", "dataset_follower_list", "group_follower_list", "organization_follower_list",
            "user_followee_list", "dataset_followee_list", "group_followee_list", "organization_followee_list",
        )
    ),
    Action("followee_list", FolloweesArguments, account_needed),
    Action("get_site_user", NoArguments, internal_only),
    _closed("config_option_list", NoArguments, Permission.SYSTEM_CONFIGURE),
    _closed("config_option_show", KeyArguments, Permission.SYSTEM_CONFIGURE),
    _closed("job_list", JobsArguments, Permission.JOB_MANAGE),
    _closed("job_show", IdArguments, Permission.JOB_MANAGE),
)  # fmt: skip
