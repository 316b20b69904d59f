"""What each view of the page says, as data: the same for HTML and JSON, in no language yet."""
