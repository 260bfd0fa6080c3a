"""The bureau's HTTP endpoints, one file for each group; each handler reads as a procedure."""
