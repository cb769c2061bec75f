"""The port to logistics partners, against the simulator over HTTP."""
