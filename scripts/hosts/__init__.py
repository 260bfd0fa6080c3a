"""A network of several hosts on one machine, for tests and for trying out; `scripts/network` is its command."""

from scripts.hosts.network import Network as Network
from scripts.hosts.problems import CannotBuild as CannotBuild
from scripts.hosts.problems import HostIsSilent as HostIsSilent
from scripts.hosts.problems import HostProblem as HostProblem
from scripts.hosts.records import Host as Host
from scripts.hosts.watch import View as View
