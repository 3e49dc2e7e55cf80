"""The engine that integrates units one by one, and sums over the hyper-parameters."""
