"""The recipe of the linear classifier and of the table of what each channel prefers."""
