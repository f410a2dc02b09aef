"""IP addresses, and ranges of them; pure, standard library alone.

RT shows an address in its shortest form and a range by its first and last address, whatever way
either was written, and a range of one address as that address (RT 4.4-5.0, REST 1.0).
"""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import Codec
from rtorm.rest1.forms import EncodeError

__all__ = ["CF_IP", "CF_NETWORK"]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def _decode_address(text: str, _clock: Clock) -> Address:
    return ipaddress.ip_address(text)


def _encode_address(value: object, _clock: Clock) -> str:
    if not isinstance(value, IPv4Address | IPv6Address | str):
        message = f"not an address: {value!r}"
        raise TypeError(message)
    if isinstance(value, IPv6Address) and value.scope_id is not None:
        message = f"RT takes no address with a scope: {value}"
        raise EncodeError(message)
    return str(value)


def _same_ends(one: Any, other: Any) -> bool:
    ends = _ends(one)
    return ends == _ends(other) if ends is not None else bool(one == other)


def _decode_network(text: str, _clock: Clock) -> Network:
    first, dash, last = text.partition("-")
    if not dash:
        return ipaddress.ip_network(text)
    low, high = ipaddress.ip_address(first), ipaddress.ip_address(last)
    if low.version == high.version:
        networks: list[Network] = list(ipaddress.summarize_address_range(low, high))
        if len(networks) == 1:
            return networks[0]
    message = f"not one network: {text!r}"
    raise ValueError(message)


def _encode_network(value: object, _clock: Clock) -> str:
    if not isinstance(value, IPv4Network | IPv6Network):
        message = f"not a network: {value!r}"
        raise TypeError(message)
    # As RT shows it: told otherwise among several values, RT would not know its own again, and
    # delete it to add it anew.
    first, last = value[0], value[-1]
    return str(first) if first == last else f"{first}-{last}"


def _ends(value: Any) -> tuple[Any, Any] | None:
    """The ends of what RT takes for a range, in order; None of a text that it takes for none."""
    if isinstance(value, IPv4Network | IPv6Network):
        return value[0], value[-1]
    try:
        return _ends_of_text(value) if isinstance(value, str) else (value, value)
    except ValueError:
        return None


def _ends_of_text(text: str) -> tuple[Address, Address]:
    first, dash, last = text.strip().partition("-")
    if not dash:
        network = ipaddress.ip_network(_unpadded(first), strict=False)
        return network[0], network[-1]
    low, high = ipaddress.ip_address(_unpadded(first)), ipaddress.ip_address(_unpadded(last))
    # RT takes the ends in either order.
    return (low, high) if int(low) <= int(high) else (high, low)


def _unpadded(text: str) -> str:
    """The text of an IPv4 address without leading zeros, which RT drops."""
    address, slash, bits = text.partition("/")
    parts = address.split(".")
    digits = all(part.isascii() and part.isdecimal() for part in parts)
    return ".".join(part.lstrip("0") or "0" for part in parts) + slash + bits if digits else text


CF_IP = Codec(_decode_address, _encode_address, _same_ends)
CF_NETWORK = Codec(_decode_network, _encode_network, _same_ends)
