"""What a network could express, by arithmetic on its depth and widths, before anything is trained."""
