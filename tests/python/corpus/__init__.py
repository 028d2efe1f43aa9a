"""Inputs that are wrong on purpose."""
