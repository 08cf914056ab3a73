"""The fixture itself: tokens sign in, strangers are anonymous."""

from __future__ import annotations

from tests.portal.api.office.world import OfficeWorld


def test_the_office_answers_everyone_by_token(ckan: OfficeWorld) -> None:
    assert ckan.result("package_list", who="siti") == []
    assert ckan.result("package_list", who=None) == []
    assert ckan.result("package_list", who="no-such-token") == []
    assert ckan.published("status_show")[0] == 200
