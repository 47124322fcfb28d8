"""What `make import` is made of.

source    a file of customers, row by row, as the import takes them
columns   from a row of CSV to the document of a customer
vendors   the columns of a vendor's export
engine    the bucket and the state machine
reports   what became of each row, in the order of the rows
"""
