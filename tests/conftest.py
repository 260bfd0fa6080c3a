"""What all tests share: the fixtures of a small real ledger."""

pytest_plugins = ["tests.fixtures_ledger"]
