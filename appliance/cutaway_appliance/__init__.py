"""Builds the appliance from Debian packages: as an ordinary user, reproducibly, with a manifest. Host side."""
