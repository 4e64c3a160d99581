"""From what a call computes to operators of the language: one function for each, which front ends of every format share."""
