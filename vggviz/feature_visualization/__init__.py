"""Images that maximize an objective."""
