"""Files and folders into an image: planned and packed on the host, unpacked in the guest."""
