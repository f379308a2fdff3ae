"""Drop-ins for other libraries: `cutaway.compat.guestfs` stands in for libguestfs' Python module."""
