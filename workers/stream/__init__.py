"""The write side: records in, decisions, records out, one transaction at a time (design.md, "The delivery guarantee")."""
