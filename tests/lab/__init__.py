"""The stand-in cluster answers as the real product is known to answer."""
