// Kept drawings outlive a reload, for as long as the tab is open: a telephone reloads by itself.
//
// A kept drawing is { label, levels }: its class, and its pixels as grey levels (see collect.js).

const PLACE = `mnistlab-digits:${HEIGHT}x${WIDTH}:${classes.join(",")}`;

/** Return the drawings that this tab has kept; none where a frame may remember nothing. */
function remembered() {
  const sound = ({ label, levels }) => Number.isInteger(label) && label in classes
    && levels.length === HEIGHT * WIDTH;
  try {
    return (JSON.parse(sessionStorage.getItem(PLACE)) ?? []).filter(sound);
  } catch {
    return [];
  }
}

/** Remember the kept drawings for as long as the tab is open, where that is allowed. */
function remember(kept) {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(kept));
  } catch { /* as in a notebook's frame: they are kept until it is loaded anew */ }
}
