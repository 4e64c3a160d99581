"""The sandbox in a browser: a local server that answers questions about designs which people are editing.

    browser  --draft-->  server  --question-->  process  --answer-->  server  -->  browser

A page holds its design itself, text and settings, and sends both with every question; the server keeps nothing between two
questions, so that tabs do not disturb each other and a server that starts again has lost nothing. Questions are worked out in
processes, which can be stopped at any time, by the same Python calls as the command line.
"""
