"""The bureau's service: from a file of certificates to anchored credentials. This is its public door."""

from issuer.app import create_app
from issuer.bureau import Bureau, open_bureau
from issuer.settings import AuthoritySettings, Settings, load_settings

__all__ = ["AuthoritySettings", "Bureau", "Settings", "create_app", "load_settings", "open_bureau"]
