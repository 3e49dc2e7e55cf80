"""Rates of units from their posterior, summed or drawn."""
