"""What units are compared with: rules, and what they say of rates."""
