"""Configuration for operators of production nodes."""
