"""The atlas: a passport of every channel of a network, in a folder."""
