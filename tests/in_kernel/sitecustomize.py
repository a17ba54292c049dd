"""Refuse the network. Python imports this module at its start where this folder is on PYTHONPATH.

Loopback stays open, since a kernel talks to its client through it.
"""

import ipaddress
import socket


def _check(host):
    if isinstance(host, bytes):
        host = host.decode()
    if host in (None, "", "localhost"):
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        loopback = False
    if not loopback:
        raise PermissionError(f"notebooks run without the network; refused to reach {host!r}")


def _guarded(name):
    original = getattr(socket.socket, name)

    def method(self, *arguments):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _check(arguments[-1][0])  # the address is the last argument of each
        return original(self, *arguments)

    return method


for _name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, _name, _guarded(_name))

_getaddrinfo = socket.getaddrinfo


def _guarded_getaddrinfo(host, *arguments, **keywords):
    _check(host)
    return _getaddrinfo(host, *arguments, **keywords)


socket.getaddrinfo = _guarded_getaddrinfo
