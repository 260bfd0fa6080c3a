"""From one description of a Besu network to every file that its nodes start with; see docs/operators.md."""
