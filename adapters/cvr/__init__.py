"""CVR, the Danish business register: asking it, reading it, and standing in for it (R2, R19, R20, R38)."""
