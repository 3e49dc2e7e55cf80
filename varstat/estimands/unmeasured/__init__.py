"""How much case-mix that nobody recorded it would take to change what is said."""
