"""Optimisation with objectives that have to be measured: Optuna proposes, exact costs reject, processes or a cluster measure.

space          axes as the sampler sees them
objectives     what can be minimised and maximised, in one table
candidate      a proposal put together: its costs and its hash, or why it is rejected
measure        what a worker does
storage        journal files and databases that hold studies
journal        a journal file that outlives programs killed in the middle of a write
journal_lines  whether such a file is one from its first line to its last
study          what a study is about, and whether it is the one that is meant
session        which programs work at a study, and whether they still live
fresh          a sampler that proposes no point twice
trials         a study's trials by what became of them
claims         which program runs which trial, and what dead programs left running
run            the loop
result         the best and the front
dashboard      Optuna's dashboard over a storage
"""
