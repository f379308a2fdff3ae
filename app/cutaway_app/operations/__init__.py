"""What a person can do, one verb a file. GUI thread, coroutines; no widgets."""
