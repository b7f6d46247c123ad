"""The library beside what people would use instead: ratios within one run."""
