"""What is kept of variants while they stream by: fronts, the first few, samples, files."""
