"""A run in the formats that others read: each a function from the run's overview to the text of the file."""
