"""Reviews: whether what a league table or an opportunity claims can be believed."""
