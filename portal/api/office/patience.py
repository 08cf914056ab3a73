"""Writers of one dataset follow one another, as CKAN lets them: who came second begins anew on what stands now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic, sleep
from typing import Any

from portal.api.action import Action, Call, Registry
from portal.api.service import ActionApi
from portal.api.uploads import Upload
from portal.kernel.errors import Conflict
from portal.kernel.identity import Identity

#: How long a write that was overtaken is tried again, and the pause before each try, in seconds.
PATIENCE_SECONDS = 5.0
PAUSE_SECONDS = 0.02
#: Somebody changed the dataset since this call read it; a release of it is being carried out.
OVERTAKEN = frozenset({"revisi_usang", "I4.perintah_terbuka"})


class PatientApi(ActionApi):
    """The actions of the office, where a write that was overtaken by another begins anew.

    CKAN locks the dataset's row before it reads it. Here the reading and the release are several transactions over two
    databases, so no lock spans them: the vault's revision says that somebody was quicker, nothing has been written by
    then, and the whole action is run again from its first read. A caller who sent what he had read
    (`metadata_modified`, `match` of package_revise) is refused by that on the second reading, as he asked.
    """

    def __init__(self, actions: Registry, call_of: Callable[[Identity], Call], start_over: Callable[[], None]) -> None:
        super().__init__(actions, call_of)
        self._start_over = start_over

    def run(self, identity: Identity, action: Action, data: Mapping[str, Any]) -> object:
        """As every action is run. Raises Conflict where the dataset is still being changed after the patience."""
        end = monotonic() + PATIENCE_SECONDS
        once = not action.writes or any(isinstance(value, Upload) for value in data.values())  # a file is read once
        while True:
            try:
                return super().run(identity, action, data)
            except Conflict as error:
                if once or error.rule not in OVERTAKEN or monotonic() >= end:
                    raise
            self._start_over()
            sleep(PAUSE_SECONDS)
