"""CVR as Erhvervsstyrelsen's system-to-system Elasticsearch service gives it (notes/cvr.md §1)."""
