"""The sockets between a handle and its appliance: control, data, console. In the worker's event loop."""
