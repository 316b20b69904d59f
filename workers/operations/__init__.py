"""What operators want to know of all partitions, read from the topics; and what they may do about it."""
