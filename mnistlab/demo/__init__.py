"""The draw-a-digit page: trained networks in one HTML file, to be touched. Takes arrays.

Run, Images        what goes into a page: a network's weights, a data set's test images
page_of            → the page, which a notebook shows and which can be saved
names_of, pictures  what runs are called, and the test images of a run that was loaded
page/              the page's own parts: a template, its style, its scripts
"""

from mnistlab.demo.contents import Images, Run, names_of
from mnistlab.demo.exporter import page_of
from mnistlab.demo.showing import Page
from mnistlab.demo.testset import pictures

__all__ = ["Images", "Page", "Run", "names_of", "page_of", "pictures"]
