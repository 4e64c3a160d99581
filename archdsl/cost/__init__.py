"""What a network costs, worked out from its graph alone: counts, memory, predicted latency, and tables of them.

Imports go from lower lines to higher ones only, and never in circles:

    amounts, plain_data, words, named_files, checked_fields    what all costs share
    counting                                                   the bill, and conventions of counting
    memory | latency                                           each reads the bill; neither knows the other
    comparing                                                  totals by name, by cause, beside printed figures, of two networks
    tables                                                     costs as text and plain data
"""
