"""One file per payment provider, behind one port; no file here knows our tables."""
