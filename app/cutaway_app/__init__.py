"""The window of Cutaway: a Qt program on top of the engine, which it reaches through `bridge` only."""
