"""What-if questions: many variants of a network at once, counted exactly without building any."""
