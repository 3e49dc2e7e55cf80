"""What is asked as a value, and the one way from it to results."""
