"""Members → a zip, the same bytes each time: no dates, no names of this machine.

Example:
    >>> import io, zipfile
    >>> zipfile.ZipFile(io.BytesIO(bundle({"a.txt": b"A"}))).read("a.txt")
    b'A'
"""

import io
import zipfile
from collections.abc import Collection, Mapping

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold


def bundle(members: Mapping[str, bytes], executable: Collection[str] = ()) -> bytes:
    """Return a zip with these members, in their order.

    Args:
        members: name → content.
        executable: the names that get the right to be run.

    Returns:
        The same bytes for the same members.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in members.items():
            member = zipfile.ZipInfo(name, FIRST_DAY)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # Unix, whose rights the next line gives
            member.external_attr = (0o100755 if name in executable else 0o100644) << 16
            archive.writestr(member, data)
    return content.getvalue()
