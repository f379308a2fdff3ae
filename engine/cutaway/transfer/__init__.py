"""Bulk data on its way to the host: the receiver of the data channel, sinks, and whole trees (copy_out)."""
