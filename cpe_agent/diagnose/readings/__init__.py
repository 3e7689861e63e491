"""Readings: named values taken out of the sections, one file a theme. The catalogue and the ladder are written in
these words; a reading returns None when the section does not say."""
