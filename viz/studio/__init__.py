"""What the studio shows in a browser: a page, its style and its scripts. The server that answers them is archdsl/studio."""
