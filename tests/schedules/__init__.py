"""Every schedule: the shipped store against DynamoDB as AWS documents it, one step after the other, in every order.

scenarios    which requests overlap, what the table holds before, and how far each search goes
alone, pairs, triples   the scenarios: data, made of `rows`
kinds        what a request can be: how it calls the store, and what it must do, on dictionaries
             (kinds_of_change: PATCH, PUT and DELETE; kinds_of_repair: erase and restore; request: what they share)
model        the dictionaries
client       the shipped store, run as far as the answers go that it has got so far
fake         DynamoDB: transactions that prepare, lock and commit item by item
expressions  the conditions of writes
steps        what can happen next
explore      the search through all schedules
promises     what has to hold in every state, and of every set of answers
words        a schedule as steps that a person can follow
mutations    one change of the store at a time, each of which some schedule has to notice
mutants      all the changes that are tried
equivalent   the changes that none can notice, and why

docs/schedules.md says how to read the output and how to add to it.
"""
