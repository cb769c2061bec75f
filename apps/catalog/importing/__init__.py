"""Take a catalogue in from files: stage every row, check all of them, then apply everything in one transaction."""
