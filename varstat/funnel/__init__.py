"""What chance explains: tails, dispersion, limits and the funnel itself."""
