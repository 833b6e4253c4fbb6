"""What a port does before anything is spoken."""

from enum import Enum


class Door(Enum):
    OPEN = "open"
    CLOSED = "connections are refused"
    SILENT = "connections are accepted and never answered"
    PLAIN = "what belongs inside TLS is spoken without it"
