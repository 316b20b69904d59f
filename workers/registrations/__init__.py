"""What BSR is told of a place, and when: forwarding, registration, withdrawal (R6, R14–R17, R29)."""
