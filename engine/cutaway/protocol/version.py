"""The version of the protocol, apart: whoever looks for a saved appliance needs nothing else of it."""

#: Changes whenever host and guest of different builds would misunderstand each other.
PROTOCOL_VERSION = 2
