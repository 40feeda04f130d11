"""From what was measured to points, reasons and advice: the items of a rubric."""
