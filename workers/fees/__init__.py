"""The fee: which occasions ask for one, whether it is due, how much, and to whom (R31–R43)."""
