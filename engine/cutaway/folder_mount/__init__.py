"""An image's mounted tree as a folder of the host, by FUSE: read-only, for programs that need paths."""
