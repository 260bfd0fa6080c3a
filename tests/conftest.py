"""What all tests share: the fixtures of a small real ledger, and property tests that no slow moment can fail."""

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.issuer", "tests.ledger", "tests.network", "tests.verifier", "tests.wallet")
# A failed assertion of what tests import shows its values, too.

pytest_plugins = ["tests.fixtures_ledger", "tests.small_disk"]

settings.register_profile("yinxin", deadline=None)
settings.load_profile("yinxin")
