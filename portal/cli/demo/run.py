"""`portal demo`: what the demo is made of, and how its first start is filled."""

from __future__ import annotations

from collections.abc import Mapping

from config.profile import load_profile
from portal.app import service_runtime
from portal.cli.demo import plan as demo_plan
from portal.cli.demo.seed import Seeder, repair_indexes
from portal.contract.loader import discover
from portal.operations.demo import Account, DemoContext, run_demo
from portal.operations.demo_settings import DemoOptions, options_from_environment, worker_command
from portal.operations.migrate import plugin_trees


def run(environment: Mapping[str, str]) -> int:
    """Run the demo until Ctrl-C; the exit code. DEMO_DIR, PORT, OFFICE_PORT, PROFILE and SEARCH are read."""
    base = DemoOptions(
        "portal.cli.wsgi:public()", "portal.cli.wsgi:office()", worker_command(), plugins=plugin_trees(discover())
    )
    try:
        options = options_from_environment(environment, base)
        load_profile(options.profile)
        demo_plan.plan(options.profile)
    except ValueError as error:
        print(error)  # noqa: T201 - a command's answer
        return 1
    return run_demo(options, seed, prepare)


def seed(context: DemoContext) -> list[Account]:
    """Fill the first start; repeatable after a start that was broken off."""
    runtime = service_runtime(context.settings)
    runtime.search.prepare()
    if runtime.office_search is not None:
        runtime.office_search.prepare()
    try:
        return Seeder(runtime, demo_plan.plan(context.profile)).run()
    finally:
        runtime.close()


def prepare(context: DemoContext) -> None:
    """Before the processes start: an index that is new (another engine was chosen) is filled."""
    runtime = service_runtime(context.settings)
    runtime.search.prepare()
    if runtime.office_search is not None:
        runtime.office_search.prepare()
    scope = runtime.scope()
    try:
        repair_indexes(scope)
    finally:
        scope.close()
        runtime.close()
