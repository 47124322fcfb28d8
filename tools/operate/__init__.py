"""What operators do by hand: keys, checks and repairs of a stack, local or on AWS."""
