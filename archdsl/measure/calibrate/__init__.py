"""Device files by measurement: synthetic networks, their times on this machine, and the coefficients that explain them."""
