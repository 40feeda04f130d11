"""Reading answers, a key for each: mnistlab mark."""
