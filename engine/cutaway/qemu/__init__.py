"""Everything that knows qemu: the binary, its command line, its process, its monitor, its block graph."""
