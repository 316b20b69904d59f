"""CVR as Datafordeler's GraphQL service gives it, the successor of its REST services (notes/cvr.md §2.2)."""
