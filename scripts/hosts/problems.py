"""What can be wrong with the hosts, said so that a person can act on it."""

from __future__ import annotations


class HostProblem(Exception):
    """A host, the machine or what was asked of them is wrong; the text is for the person who asked."""


class CannotBuild(HostProblem):
    """geth is not here and cannot be built here."""


class HostIsSilent(HostProblem):
    """A host does not answer."""
