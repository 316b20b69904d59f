"""Readers of snapshots under damaged files: units, named damage or a refusal, and nothing else."""
