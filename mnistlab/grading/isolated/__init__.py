"""The processes that read hostile files, and all that runs in them."""
