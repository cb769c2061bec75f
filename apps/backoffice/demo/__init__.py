"""Demo data of the project's own: a catalogue of one household group and the pictures that show it."""
