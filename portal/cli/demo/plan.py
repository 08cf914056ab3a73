"""The whole demo as one value: `plan(profile, seed)` knows what is loaded, in whose name, and how far."""

from __future__ import annotations

from config.profile import Profile, load_profile
from portal.cli.demo import exempt, geography, layers, people, real, tables
from portal.cli.demo.model import DemoPlan

DEFAULT_SEED = 2026


def plan(profile: Profile | str, seed: int = DEFAULT_SEED) -> DemoPlan:
    """The demo of one regency; equal for equal seeds. File bytes are made only when asked for.

    Raises config.profile.ProfileError for an unknown name, and DemoUnavailableError for a profile without
    boundaries (only brebes and purwakarta ship them).
    """
    chosen = load_profile(profile) if isinstance(profile, str) else profile
    place = geography.load(chosen)
    datasets = (
        *real.datasets(chosen, place),
        *layers.datasets(chosen, place, seed),
        *tables.datasets(chosen, place, seed),
        exempt.dataset(chosen, place),
    )
    return DemoPlan(
        profile=chosen,
        seed=seed,
        agencies=chosen.agencies,
        groups=chosen.groups,
        people=people.people(chosen, seed),
        datasets=datasets,
        canaries=exempt.canaries(place.code),
    )
