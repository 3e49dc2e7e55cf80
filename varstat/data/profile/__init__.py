"""What a file seems to hold, before anybody says what its columns are."""
