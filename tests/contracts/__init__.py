"""What every implementation of a port does alike: one suite a port, run over all of them."""
