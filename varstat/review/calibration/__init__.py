"""Calibration: whether intervals hold the truth in nations like this one."""
