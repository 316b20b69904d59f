"""`make bench`: Sorbro beside its peers and the limits of this machine, in one run on one real broker."""
