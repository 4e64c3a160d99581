"""The results of Zhao & Wang 2022, computed again: tables, running times, equations."""
