"""For the tests of what a notebook shows: HTML, read strictly."""

import html.parser


class Page(html.parser.HTMLParser):
    """Reads HTML strictly: each tag that opens has to close, in order."""

    VOID = ("img", "br", "hr", "input", "meta", "link")

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.alts, self.said = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "img":
            self.alts.append(dict(attributes).get("alt"))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.said.append(data)
