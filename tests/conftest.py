"""What all tests share: the fixtures of a small real ledger, and property tests that no slow moment can fail."""

from hypothesis import settings

pytest_plugins = ["tests.fixtures_ledger", "tests.small_disk"]

settings.register_profile("yinxin", deadline=None)
settings.load_profile("yinxin")
