"""The daemon in the appliance: carries calls out. Guest side; plain Python, standard library and msgpack."""
