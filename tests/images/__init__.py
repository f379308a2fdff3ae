"""Scripts that build the images of the tests; images themselves are never committed."""
