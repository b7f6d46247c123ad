"""Files of the explorer's page with what an atlas knows of each channel."""
