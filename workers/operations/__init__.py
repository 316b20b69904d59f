"""What operations see and do: lag, lateness, dead letters and their redrive. The page and the commands show it."""
