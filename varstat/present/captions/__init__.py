"""What stands above and below a chart."""
