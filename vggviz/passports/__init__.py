"""What is known of a channel: as an object with a readable text, and as a row of a documented table."""
