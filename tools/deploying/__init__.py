"""Images onto boards. For tools/deploy."""
