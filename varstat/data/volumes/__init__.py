"""Volumes: the counts that each unit reported in each period, several columns side by side."""

from varstat.data.volumes.read import read_volumes
from varstat.data.volumes.volumes import Volumes

__all__ = ["Volumes", "read_volumes"]
