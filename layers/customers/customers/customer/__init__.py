"""What a customer is.

model     a customer, its record and its JSON
changes   what a patch or a replacement makes of a customer
derived   the values of a customer that follow from others
parts     the objects in a customer
fields    the kinds of values in it: limits, canonical forms, validation
text      the rule for all text: what is trimmed, what is refused, its one spelling
digits    integers however they are written, and numbers that come back digit for digit
emails    what an e-mail address is, and what is wrong with an invalid one
codes     countries, currencies, time zones, languages, telephone numbers
tax_ids   types of tax ids, and the verdict on a number
identity  ids, and the keys under which two customers are the same
"""
