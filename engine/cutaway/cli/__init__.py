"""The command line: no Qt, quick to start, errors as sentences, exit codes that mean something."""
