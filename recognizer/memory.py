"""Memory that one picture took and gave back, kept for the next: the system's own is blank and comes page by page."""

from __future__ import annotations

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # of glibc's malloc.h
KEPT = 8 * 2**20  # bytes at the end of the heap; all that a drawing takes, several times
APART = 8 * 2**20  # bytes; what is as large, of photographs, goes back to the system at once


def give_back() -> None:
    """Let go of what is free, for one large picture may leave a heap full of gaps; does nothing without glibc."""
    if hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)


def keep() -> None:
    """Let this process keep a few megabytes, in one heap for all threads; does nothing without glibc."""
    if hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(M_ARENA_MAX, 1)
        libc.mallopt(M_TRIM_THRESHOLD, KEPT)
        libc.mallopt(M_MMAP_THRESHOLD, APART)
