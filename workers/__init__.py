"""What happens: the rules of the domain, and the programs that run them."""
