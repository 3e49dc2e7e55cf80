"""Why a total moved between two periods, and which units truly changed."""
