"""The shell: the Faust app, what it hosts, its settings and its reports. Decisions are made elsewhere."""
