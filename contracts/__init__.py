"""What crosses the border: messages, identifiers, tables. Imports nothing else of ours."""
