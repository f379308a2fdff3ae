"""What host and guest say to each other: declarations, shapes, messages, frames. No I/O, no threads, no clock."""
