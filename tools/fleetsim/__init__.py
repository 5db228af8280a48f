"""A fleet of sets against one PKI, simulated with the firmware's own decisions and back-off."""
