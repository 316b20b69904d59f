"""One owner's whole tree: what SOR has said of it, newest versions only, and how values run down it (R3, R8–R13)."""
